/**
 * Opens the offscreen document, which holds the detector: a service worker has no WebGL and dies
 * after 30 s without events. There may be one per extension, and creating a second one throws.
 */
import { browser } from "wxt/browser";

const path = "offscreen.html";

let opening: Promise<void> | null = null;

/** Resolves once the document is there and its scripts have run. @throws where it cannot be made. */
export function ensureOffscreenDocument(): Promise<void> {
  // One promise for all callers: every frame of a page asks at the same moment.
  opening ??= open().finally(() => {
    opening = null;
  });
  return opening;
}

async function open(): Promise<void> {
  // The worker may have died and come back while the document lived on.
  const existing = await browser.runtime.getContexts({
    contextTypes: [browser.runtime.ContextType.OFFSCREEN_DOCUMENT],
  });
  if (existing.length > 0) return;
  await browser.offscreen.createDocument({
    url: path,
    reasons: [browser.offscreen.Reason.WORKERS, browser.offscreen.Reason.BLOBS],
    justification:
      "Runs the face detector on the pictures and video frames of the page, on this device.",
  });
}

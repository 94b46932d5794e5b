/**
 * Pictures of the visible tab for videos whose pixels the page may not read. Chrome allows two a
 * second for the whole extension, so this hands out turns and tells the others how long to wait.
 */
import { type Browser, browser } from "wxt/browser";

/** A little more than half a second: Chrome counts calls in a sliding second. */
const intervalMs = 550;

export type CaptureAnswer = { png: string } | { wait: number } | { refused: string };

let lastCapture = Number.NEGATIVE_INFINITY;

/**
 * A PNG of the tab as a `data:` URL; PNG because JPEG would wipe out what the detector looks for.
 *
 * The picture holds everything on the tab, frames of other sites included, so only the top document
 * and frames of its origin may have it.
 */
export async function captureTab(
  sender: Browser.runtime.MessageSender,
  now = performance.now(),
): Promise<CaptureAnswer> {
  const { tab, frameId, origin } = sender;
  if (!tab?.active) return { refused: "the tab is not in front" };
  if (frameId !== 0 && origin !== URL.parse(tab.url ?? "")?.origin) {
    return { refused: "a frame of another site may not see the tab" };
  }
  return capture(tab.windowId, now);
}

/** For the side panel: of a tab that it is not in. */
export async function captureTabOf(tabId: number, now = performance.now()): Promise<CaptureAnswer> {
  const tab = await browser.tabs.get(tabId).catch(() => null);
  if (!tab) return { refused: "the tab is closed" };
  // The picture would show another page than the one that was asked for.
  if (!tab.active) return { refused: "the tab is not in front" };
  return capture(tab.windowId, now);
}

async function capture(windowId: number, now: number): Promise<CaptureAnswer> {
  const wait = lastCapture + intervalMs - now;
  if (wait > 0) return { wait };
  lastCapture = now;
  try {
    return { png: await browser.tabs.captureVisibleTab(windowId, { format: "png" }) };
  } catch (error) {
    return { refused: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The way from the page to the rest of the extension. After an update or a removal of the extension
 * this script lives on in the page without it: every call then throws, and it must clean up.
 */
import { browser } from "wxt/browser";
import type { ToBackground } from "../shared/messages";

/** False once the extension that this script belongs to has been reloaded or removed. */
export function isExtensionAlive(): boolean {
  try {
    return browser.runtime?.id !== undefined;
  } catch {
    return false;
  }
}

/** Sends to the background; null where nobody answers, whatever the reason. */
export async function sendToBackground(message: ToBackground): Promise<unknown> {
  try {
    return (await browser.runtime.sendMessage(message)) ?? null;
  } catch {
    return null;
  }
}

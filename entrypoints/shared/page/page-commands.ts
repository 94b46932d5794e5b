/** What the popup asks of the page's content scripts. */
import type * as v from "valibot";
import { browser } from "wxt/browser";
import type { toPage } from "../messages";
import type { Medium } from "./groups";

type ToPage = v.InferOutput<typeof toPage>;

/** Scrolls to a medium and opens its card, in front; false where its frame or tab is gone. */
export async function showMedium(tabId: number, { id, frameId }: Medium): Promise<boolean> {
  const message: ToPage = { type: "show-media", id };
  try {
    await browser.tabs.sendMessage(tabId, message, { frameId });
    // A popup in a tab of its own has another one in front.
    await browser.tabs.update(tabId, { active: true });
    return true;
  } catch {
    return false;
  }
}

/** Asks every frame of the page to scan again what failed or was skipped. */
export async function scanAgain(tabId: number): Promise<void> {
  const message: ToPage = { type: "scan-again" };
  // Rejects where no frame listens: the page is gone, and with it the popup's reason to ask.
  await browser.tabs.sendMessage(tabId, message).catch(() => {});
}

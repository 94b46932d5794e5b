/**
 * What popup, side panel and worker ask of this frame. Some ask for things that the page keeps to
 * itself, and are answered; the rest is only done.
 */
import { browser } from "wxt/browser";
import { type PageBytes, parseMessage, type ToPage, toPage } from "../shared/messages";
import { mediumAt } from "./media/all-media";
import { isPageLocal, readPageLocal, readPixels } from "./media/read-picture";
import { cancelRegion, selectRegion } from "./region/region-picker";
import { bytesOrReason } from "./scan/read-subject";
import type { ScanSession } from "./scan-session";

/** @returns the answer to come; null for a command that has none */
export function obey(
  command: ToPage,
  session: ScanSession | null,
  signal: AbortSignal,
): Promise<unknown> | null {
  switch (command.type) {
    case "show-media":
      return Promise.resolve(session?.show(command.id, command.quiet ?? false) ?? false);
    case "scan-again":
      session?.scanAgain();
      return null;
    case "scan-all":
      session?.scanAll();
      return null;
    case "read-medium":
      return session?.read(command.id) ?? Promise.resolve(null);
    case "find-in-view":
      return Promise.resolve(session?.findInView() ?? null);
    case "find-by-address":
      return Promise.resolve(session?.findByAddress(command.kind, command.url) ?? null);
    case "read-address":
      return readAddress(command.url, signal);
    case "select-region":
      return selectRegion(signal);
    case "cancel-region":
      cancelRegion();
      return null;
  }
}

/** Works where Unmask is switched off for the site as well: a person pointed at this one picture. */
async function readAddress(url: string, signal: AbortSignal): Promise<PageBytes> {
  const found = mediumAt(url, "image");
  if (!found) return { bytesMissing: "it is no longer on the page" };
  const { medium, element } = found;
  return bytesOrReason(
    isPageLocal(medium.url) ? readPageLocal(medium.url, element, signal) : readPixels(element),
  );
}

/** Commands come from our own pages and the worker, which are in no tab of the web. */
export function onCommand(
  handle: (command: ToPage) => Promise<unknown> | null,
  signal: AbortSignal,
): void {
  const listener = (
    raw: unknown,
    sender: { id?: string },
    answer: (response: unknown) => void,
  ): true | undefined => {
    if (sender.id !== browser.runtime.id) return;
    const command = parseMessage(toPage, raw);
    if (!command) return;
    const answered = handle(command);
    if (!answered) return;
    answered.then(answer, () => answer(null));
    return true;
  };
  browser.runtime.onMessage.addListener(listener);
  signal.addEventListener("abort", () => {
    try {
      browser.runtime.onMessage.removeListener(listener);
    } catch {
      // The extension has gone, and the listener with it.
    }
  });
}

/**
 * What popup and side panel ask of a page's content scripts. A page may be closed, asleep or
 * navigated at any moment, and its process may have been taken over: answers are parsed.
 */
import type * as v from "valibot";
import { browser } from "wxt/browser";
import {
  type CheckRequest,
  type FoundMedium,
  foundMedium,
  type PageBytes,
  type PageMedium,
  pageBytes,
  pageMedium,
  parseMessage,
  type Region,
  region,
  type ToPage,
} from "../messages";
import type { Medium } from "./groups";

/** Scrolls to a medium and opens its card, in front; false where its frame or tab is gone. */
export async function showMedium(tabId: number, medium: Medium): Promise<boolean> {
  const shown = await ask(tabId, medium.frameId, { type: "show-media", id: medium.id });
  if (shown === false || shown === gone) return false;
  // A popup in a tab of its own has another one in front.
  await browser.tabs.update(tabId, { active: true }).catch(() => {});
  return true;
}

/** Scrolls to a medium and rings it, leaving the focus alone; false where it is gone. */
export async function pointAtMedium(
  tabId: number,
  { id, frameId }: Pick<Medium, "id" | "frameId">,
): Promise<boolean> {
  const shown = await ask(tabId, frameId, { type: "show-media", id, quiet: true });
  return shown === true;
}

/** Asks every frame of the page to scan again what failed or was skipped. */
export async function scanAgain(tabId: number): Promise<void> {
  await ask(tabId, null, { type: "scan-again" });
}

/** Asks a frame, or with the top one every frame, to scan all it has loaded. False: nobody heard. */
export async function scanAll(tabId: number, frameId: number): Promise<boolean> {
  return (await ask(tabId, frameId === 0 ? null : frameId, { type: "scan-all" })) !== gone;
}

/** All that the page knows of a medium; null where it has none such (any more). */
export async function readMedium(
  tabId: number,
  frameId: number,
  id: string,
): Promise<PageMedium | null> {
  return parsed(pageMedium, await ask(tabId, frameId, { type: "read-medium", id }));
}

/** Bytes of a picture that only its page can read; `url` may be the beginning of a long address. */
export async function readAddress(
  tabId: number,
  frameId: number,
  url: string,
): Promise<PageBytes | null> {
  return parsed(pageBytes, await ask(tabId, frameId, { type: "read-address", url }));
}

export async function findByAddress(
  { tabId, frameId }: CheckRequest,
  kind: "image" | "video",
  url: string,
): Promise<FoundMedium | null> {
  return parsed(foundMedium, await ask(tabId, frameId, { type: "find-by-address", kind, url }));
}

/** The medium under the focus, else the largest in view, of all the frames given. */
export async function findInView(
  tabId: number,
  frameIds: Iterable<number>,
): Promise<{ frameId: number; id: string } | null> {
  const answers = await Promise.all(
    [...frameIds].map(async (frameId) => {
      const found = parsed(foundMedium, await ask(tabId, frameId, { type: "find-in-view" }));
      return found && { frameId, ...found };
    }),
  );
  const found = answers.filter((answer) => answer !== null);
  const rank = (one: FoundMedium) => (one.focused ? Number.MAX_VALUE : one.visibleArea);
  return found.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

/** Lets the person draw a rectangle on the page. Null: called off. @throws where nobody listens */
export async function selectRegion(tabId: number): Promise<Region | null> {
  const answer = await ask(tabId, 0, { type: "select-region" });
  if (answer === gone) throw new Error("no content script listens in this tab");
  return parsed(region, answer);
}

export async function cancelRegion(tabId: number): Promise<void> {
  await ask(tabId, 0, { type: "cancel-region" });
}

const gone = Symbol("no content script listens");

/** @param frameId null for all frames; the first answer counts */
async function ask(tabId: number, frameId: number | null, command: ToPage): Promise<unknown> {
  try {
    return await browser.tabs.sendMessage(tabId, command, frameId === null ? {} : { frameId });
  } catch {
    return gone;
  }
}

function parsed<const S extends v.GenericSchema>(schema: S, answer: unknown) {
  return answer === gone ? null : parseMessage(schema, answer);
}

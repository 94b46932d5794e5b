/**
 * From what a person pointed at to what the evidence engine is asked for. Each function says in
 * plain words why something cannot be had.
 */
import { browser } from "wxt/browser";
import type { Origin } from "../shared/evidence/evidence";
import type { EvidenceRequest } from "../shared/evidence/request";
import { type CheckRequest, maxUrlChars, type PageMedium } from "../shared/messages";
import { findByAddress, findInView, readAddress, readMedium } from "../shared/page/page-commands";

/** It cannot be had; the message is a sentence for people. */
export class Unavailable extends Error {
  override name = "Unavailable";
}

export interface Prepared {
  request: EvidenceRequest;
  /** What a person must know before reading the evidence. */
  notice?: string;
  /** Another way to read it, should the first one fail; null where there is none. */
  fallback?: () => Promise<Prepared | null>;
}

/** The tab that something was asked on, as it was then. */
export interface TabFacts {
  tabId: number;
  url: string;
  title: string;
}

const copyNotice =
  "The file could not be fetched without your log-in. This is a lossless copy of the picture as the page shows it: its hash and its metadata are not those of the site's file.";

const maxTitleChars = 1000;

/** @throws Unavailable where the tab is closed */
export async function factsOf(tabId: number): Promise<TabFacts> {
  const tab = await browser.tabs.get(tabId).catch(() => null);
  if (!tab) throw new Unavailable("The tab is closed.");
  if (tab.discarded) {
    throw new Unavailable("The browser has put the tab to sleep. Open it, then try again.");
  }
  return {
    tabId,
    url: (tab.url ?? "").slice(0, maxUrlChars),
    title: (tab.title ?? "").slice(0, maxTitleChars),
  };
}

/** A medium of the page's list. @throws Unavailable */
export async function prepareListed(tabId: number, frameId: number, id: string): Promise<Prepared> {
  const tab = await factsOf(tabId);
  const medium = await readMedium(tabId, frameId, id);
  if (medium) return fromPage(medium, tab, frameId);
  throw new Unavailable(
    "This one is no longer on the page: the page was left, reloaded or has changed.",
  );
}

/** A picture or video that a context menu was opened on. @throws Unavailable */
export async function preparePointed(
  request: CheckRequest,
  kind: "image" | "video",
  url: string,
): Promise<Prepared> {
  const { tabId, frameId } = request;
  const tab = await factsOf(tabId);
  const found = await findByAddress(request, kind, url);
  const medium = found && (await readMedium(tabId, frameId, found.id));
  if (medium) return fromPage(medium, tab, frameId);
  // Not on the list: Unmask is off for the site, or the medium is shown too small.
  if (isWeb(url)) return byAddress(url, [tab.url], pageOrigin(url, tab), { tabId, frameId, kind });
  if (kind === "image") {
    const copy = await copyOf(tabId, frameId, url, pageOrigin(url, tab));
    if (copy) return { request: copy };
  }
  throw new Unavailable(
    kind === "image"
      ? "The page no longer has this picture, or does not give it out. Select it on the screen instead."
      : "This video has no file of its own, and nothing of it has been looked at. Play it in view with Unmask switched on for the site, then ask again.",
  );
}

/** What is under the focus, else the largest in view. @throws Unavailable */
export async function findLargest(
  tabId: number,
  frameIds: Iterable<number>,
): Promise<{ frameId: number; id: string }> {
  const found = await findInView(tabId, new Set([0, ...frameIds]));
  if (found) return found;
  throw new Unavailable(
    "No picture or video is in view that Unmask can look at. It may be switched off for this site, or the browser may keep the page to itself.",
  );
}

/** A file that was chosen or dropped. */
export async function prepareFile(file: File): Promise<Prepared> {
  const origin: Origin = { kind: "file", name: file.name.slice(0, maxTitleChars) };
  return { request: { kind: "bytes", bytes: file, origin } };
}

/** A picture from the clipboard. */
export async function preparePasted(picture: Blob): Promise<Prepared> {
  return {
    request: { kind: "bytes", bytes: picture, origin: { kind: "pasted" } },
    notice:
      "This came from the clipboard. Most programs put pixels there and not the file: its hash and its metadata are not those of the picture's file.",
  };
}

/** What a link leads to, or a picture that was dragged here out of a page. */
export async function prepareLink(url: string, pageUrl: string): Promise<Prepared> {
  // The page chose the address: it must not make us ask what the page itself could not.
  return { request: { kind: "address", url, pageUrls: [pageUrl], origin: { kind: "link", url } } };
}

function fromPage(medium: PageMedium, tab: TabFacts, frameId: number): Prepared {
  const { kind, url, frameUrl, content, isCopy } = medium;
  const origin = pageOrigin(url, tab);
  const pageUrls = [frameUrl, tab.url];
  if (kind === "video") return fromVideo(medium, pageUrls, origin);
  if (!content) return byAddress(url, pageUrls, origin, { tabId: tab.tabId, frameId, kind });
  if ("bytesMissing" in content) {
    throw new Unavailable(`The page did not give Unmask this picture: ${content.bytesMissing}.`);
  }
  return {
    request: { kind: "bytes", bytes: new Blob([content.bytes]), origin },
    ...(isCopy ? { notice: copyNotice } : {}),
  };
}

function fromVideo(
  { url, verdict, thumbnails, duration }: PageMedium,
  pageUrls: string[],
  origin: Origin,
): Prepared {
  if (verdict?.frames && verdict.frames.length > 0) {
    return {
      request: {
        kind: "seen-video",
        verdict,
        thumbnails,
        ...(isWeb(url) ? { url } : {}),
        pageUrls,
        origin,
        ...(duration ? { duration } : {}),
      },
    };
  }
  if (isWeb(url)) return { request: { kind: "address", url, pageUrls, origin } };
  throw new Unavailable(
    "This video has no file of its own, and nothing of it has been looked at yet. Play it in view, then open it again.",
  );
}

interface Shown {
  tabId: number;
  frameId: number;
  kind: "image" | "video";
}

/** By its address, and failing that a picture as the page shows it. */
function byAddress(
  url: string,
  pageUrls: readonly string[],
  origin: Origin,
  { tabId, frameId, kind }: Shown,
): Prepared {
  const request: EvidenceRequest = { kind: "address", url, pageUrls, origin };
  if (kind === "video") return { request };
  const fallback = async () => {
    const copy = await copyOf(tabId, frameId, url, origin);
    return copy && { request: copy, notice: copyNotice };
  };
  return { request, fallback };
}

async function copyOf(
  tabId: number,
  frameId: number,
  url: string,
  origin: Origin,
): Promise<EvidenceRequest | null> {
  const read = await readAddress(tabId, frameId, url);
  if (!read || "bytesMissing" in read) return null;
  return { kind: "bytes", bytes: new Blob([read.bytes]), origin };
}

function pageOrigin(url: string, tab: TabFacts): Origin {
  const shown = url.startsWith("data:") ? url.slice(0, 48) : url;
  return { kind: "page", url: shown, pageUrl: tab.url, pageTitle: tab.title };
}

function isWeb(url: string): boolean {
  return url.startsWith("http:") || url.startsWith("https:");
}

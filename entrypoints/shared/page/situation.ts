/** Which of its faces the popup shows: a page's results, or why there are none. */
import type { PageState } from "../messages";
import { isSiteEnabled, type Settings } from "../settings";

export type Situation =
  /** Switched off for all pages, or for this site. */
  | "off-everywhere"
  | "off-here"
  /** Neither pictures nor videos are to be checked. */
  | "off-all-kinds"
  /** The browser lets no extension run here. */
  | "closed"
  /** A local file, for which the browser wants to be asked. */
  | "closed-file"
  /** The page was there before Unmask was. */
  | "unseen"
  /** The detector did not start and nothing was checked before that. */
  | "failed"
  | "starting"
  /** Nothing on the page is a picture or video worth a look. */
  | "nothing-found"
  | "results";

/** @param url address of the tab; undefined on pages that the browser keeps to itself */
export function situationOf(
  url: string | undefined,
  page: PageState | null,
  settings: Settings,
): Situation {
  if (!settings.enabled) return "off-everywhere";
  const parsed = URL.parse(url ?? "");
  if (!parsed || isClosed(parsed)) return "closed";
  if (!isSiteEnabled(settings, parsed.hostname)) return "off-here";
  if (!settings.scanImages && !settings.scanVideos) return "off-all-kinds";
  if (!page?.url) return parsed.protocol === "file:" ? "closed-file" : "unseen";
  const settled = page.media.some(({ level, reason }) => level || reason);
  if (page.detector === "failed" && !settled) return "failed";
  if (page.detector === "loading" && !settled) return "starting";
  return page.media.length > 0 ? "results" : "nothing-found";
}

function isClosed({ protocol, host, pathname }: URL): boolean {
  if (!["http:", "https:", "file:"].includes(protocol)) return true;
  return (
    host === "chromewebstore.google.com" ||
    (host === "chrome.google.com" && pathname.startsWith("/webstore")) ||
    (host === "microsoftedge.microsoft.com" && pathname.startsWith("/addons"))
  );
}

/** Host name to switch off; empty where there is none, as for local files. */
export function siteOf(url: string | undefined): string {
  const parsed = URL.parse(url ?? "");
  return parsed && !isClosed(parsed) ? parsed.hostname : "";
}

/**
 * Keeps flagged media in the history, as far as the settings allow, and forgets what is too old. It
 * is a convenience: where it fails, the pages are checked all the same.
 */
import type { Browser } from "wxt/browser";
import { isFlagged } from "../../model/verdict/verdict";
import type { Brief } from "../shared/cases/brief";
import { HistoryStore } from "../shared/cases/history";
import type { MediaReport } from "../shared/messages";
import { mediaName } from "../shared/page/media-name";
import { loadSettings } from "../shared/settings";

const history = new HistoryStore();

export async function rememberFlagged(
  reports: readonly MediaReport[],
  { incognito, url = "", title = "" }: Browser.tabs.Tab,
): Promise<void> {
  const flagged = reports.filter(({ level }) => isFlagged(level));
  if (flagged.length === 0 || incognito) return;
  try {
    const from = { incognito, settings: await loadSettings() };
    for (const report of flagged) {
      await history.record(briefOf(report, url, title), "flagged", from);
    }
  } catch {
    // Said where the history is shown.
  }
}

/** A worker starts many times a day; the history itself sees to it that once is enough. */
export async function purgeHistory(): Promise<void> {
  await history.purgeDaily(await loadSettings()).catch(() => undefined);
}

function briefOf(report: MediaReport, pageUrl: string, pageTitle: string): Brief {
  const { kind, url, level, reason, score, faces, frames, thumbnail, sha256 } = report;
  return {
    kind,
    level,
    reason,
    score,
    faces,
    ...(frames !== undefined && { frames }),
    name: mediaName(url).file,
    url,
    pageUrl,
    pageTitle: pageTitle.slice(0, 1000),
    ...(sha256 && { sha256 }),
    ...(thumbnail && { thumbnail }),
  };
}

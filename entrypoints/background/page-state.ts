/**
 * What is known of the media of one tab, as pure steps from one state to the next. The popup and
 * the toolbar count read it; a hostile page can make its content script report at will, so every
 * list is bounded here.
 */
import { isFlagged } from "../../model/verdict/verdict";
import type { MediaReport, PageState, ToBackground } from "../shared/messages";

type PageReport = Extract<ToBackground, { type: "page-report" }>;
type Entry = PageState["media"][number];

/** A feed that is scrolled for an hour; the oldest entries without a flag go first. */
export const maxMediaPerTab = 1000;
/** All tabs share the 10 MB of `storage.session`; a thousand entries take 0.9 MB without pictures. */
export const maxThumbnailChars = 600_000;

export const emptyPage: PageState = { url: "", detector: "idle", media: [] };

/** A new document in `frameId`: its earlier media are void, and with the top one all others'. */
export function startPage(state: PageState, frameId: number, url: string): PageState {
  if (frameId === 0) return { ...emptyPage, url };
  return { ...state, media: state.media.filter((entry) => entry.frameId !== frameId) };
}

/** @param url address of the tab's top document where the report says it, else null */
export function applyReport(
  state: PageState,
  frameId: number,
  report: PageReport,
  url: string | null = null,
): PageState {
  const removed = new Set(report.removed);
  const changed = new Map(report.changed.map((medium) => [medium.id, medium]));
  const kept: Entry[] = [];
  for (const entry of state.media) {
    // A frame speaks for its own media alone, whatever ids it names.
    if (entry.frameId !== frameId) {
      kept.push(entry);
      continue;
    }
    const update = changed.get(entry.id);
    if (update) {
      changed.delete(entry.id);
      kept.push({ ...update, frameId });
    } else if (!removed.has(entry.id)) {
      kept.push(entry);
    }
  }
  for (const medium of changed.values()) kept.push({ ...medium, frameId });
  return {
    url: url ?? state.url,
    detector: report.detector ?? state.detector,
    // A reason belongs to the state that it came with.
    detectorDetail: report.detector ? report.detectorDetail : state.detectorDetail,
    media: boundThumbnails(boundCount(kept)),
  };
}

/** Number for the toolbar. */
export function flaggedCount(state: PageState): number {
  return state.media.filter((medium) => isFlagged(medium.level)).length;
}

function boundCount(media: Entry[]): Entry[] {
  let surplus = media.length - maxMediaPerTab;
  if (surplus <= 0) return media;
  const unflagged = media.filter((entry) => {
    if (surplus <= 0 || isFlagged(entry.level)) return true;
    surplus -= 1;
    return false;
  });
  return unflagged.slice(-maxMediaPerTab);
}

/** Drops thumbnails, those of unflagged media first and the oldest first, until the rest fits. */
function boundThumbnails(media: Entry[]): Entry[] {
  const size = (medium: MediaReport) => medium.thumbnail?.length ?? 0;
  let surplus = media.reduce((sum, medium) => sum + size(medium), 0) - maxThumbnailChars;
  if (surplus <= 0) return media;
  const result = [...media];
  for (const flagged of [false, true]) {
    for (const [index, entry] of result.entries()) {
      if (surplus <= 0) return result;
      if (!entry.thumbnail || isFlagged(entry.level) !== flagged) continue;
      surplus -= size(entry);
      const { thumbnail: _, ...rest } = entry;
      result[index] = rest;
    }
  }
  return result;
}

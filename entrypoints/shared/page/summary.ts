/** The sentence at the top of the popup, and the line of counts below it. */

import { counted } from "../../../components/words";
import type { Level } from "../../../model/verdict/verdict";
import type { Groups, Medium } from "./groups";

export interface Summary {
  /** Level of the mark beside the sentence; null where nothing was checked. */
  level: Level | null;
  sentence: string;
  counts: string;
}

export function summarise(groups: Groups): Summary {
  return { ...verdictOf(groups), counts: countsOf(groups) };
}

function verdictOf({
  flagged,
  unsure,
  "no-sign": clear,
  ...rest
}: Groups): Omit<Summary, "counts"> {
  const strongest = flagged[0] ?? unsure[0] ?? clear[0];
  const level = strongest?.level ?? null;
  if (flagged.length > 0) {
    return { level, sentence: `Signs of manipulation in ${mediaCount(flagged)}` };
  }
  if (rest.pending.some(({ status }) => status === "scanning")) {
    return { level: null, sentence: "Nothing flagged so far" };
  }
  if (unsure.length > 0) {
    return { level, sentence: `Nothing flagged, ${mediaCount(unsure)} unclear` };
  }
  if (clear.length > 0) return { level, sentence: `No signs found in ${mediaCount(clear)}` };
  if (rest.unchecked.length > 0) return { level, sentence: "Nothing here could be checked" };
  if (rest["no-face"].length > 0) return { level, sentence: "No faces found" };
  return { level, sentence: "Nothing checked yet" };
}

function countsOf(groups: Groups): string {
  const checked = groups.flagged.length + groups.unsure.length + groups["no-sign"].length;
  const parts = [
    checked > 0 && `${checked} checked`,
    groups.unchecked.length > 0 && `${groups.unchecked.length} could not be checked`,
    groups["no-face"].length > 0 && `${groups["no-face"].length} without a face`,
  ];
  // A line may break between the counts, not inside one.
  return parts
    .filter((part) => part !== false)
    .map((part) => part.replaceAll(" ", "\u00a0"))
    .join(" · ");
}

/** `2 pictures and 1 video` */
export function mediaCount(media: Medium[]): string {
  const videos = media.filter(({ kind }) => kind === "video").length;
  const pictures = media.length - videos;
  return [
    ...(pictures > 0 ? [counted(pictures, "picture")] : []),
    ...(videos > 0 ? [counted(videos, "video")] : []),
  ].join(" and ");
}

export interface Progress {
  done: number;
  total: number;
}

/** While something is being looked at; null when all is done or the rest waits out of view. */
export function progressOf(groups: Groups): Progress | null {
  if (!groups.pending.some(({ status }) => status === "scanning")) return null;
  const total = Object.values(groups).reduce((sum, group) => sum + group.length, 0);
  return { done: total - groups.pending.length, total };
}

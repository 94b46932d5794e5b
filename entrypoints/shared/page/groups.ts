/** Sorts what was scanned on a page into groups, the strongest signs first. */
import { isFlagged, levels } from "../../../model/verdict/verdict";
import type { PageState } from "../messages";

export type Medium = PageState["media"][number];

/** From the top of a list to its end; `pending` is counted but not listed by the popup. */
export const groupNames = ["flagged", "unsure", "no-sign", "unchecked", "no-face"] as const;
export type GroupName = (typeof groupNames)[number];
export const groupHeadings: Record<GroupName, string> = {
  flagged: "Flagged",
  unsure: "Unclear",
  "no-sign": "No signs found",
  unchecked: "Could not check",
  "no-face": "No face found",
};
export type Groups = Record<GroupName | "pending", Medium[]>;

export function groupMedia(media: Medium[]): Groups {
  const groups: Groups = {
    flagged: [],
    unsure: [],
    "no-sign": [],
    unchecked: [],
    "no-face": [],
    pending: [],
  };
  for (const medium of media) groups[groupOf(medium)].push(medium);
  for (const name of groupNames) groups[name] = groups[name].toSorted(strongestFirst);
  return groups;
}

function groupOf({ level, reason, status }: Medium): GroupName | "pending" {
  if (isFlagged(level)) return "flagged";
  if (level === "unsure" || level === "no-sign") return level;
  if (reason === "no-face") return "no-face";
  // A video has a verdict so far while it is still being watched.
  return reason || status === "done" ? "unchecked" : "pending";
}

/** Equal ones keep the order in which they stand in the page. */
function strongestFirst(a: Medium, b: Medium): number {
  const rank = ({ level }: Medium) => (level ? levels.indexOf(level) : -1);
  return rank(b) - rank(a) || (b.score ?? -1) - (a.score ?? -1);
}

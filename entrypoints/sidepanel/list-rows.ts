/** From a page's media to the rows of the list: filtered, searched, sorted, with headings. */
import {
  type GroupName,
  type Groups,
  groupHeadings,
  groupMedia,
  type Medium,
} from "../shared/page/groups";

export const filters = ["all", "flagged", "unsure", "no-sign", "unchecked"] as const;
export type Filter = (typeof filters)[number];

export const filterNames: Record<Filter, string> = {
  all: "All",
  flagged: "Flagged",
  unsure: "Unclear",
  "no-sign": "No signs",
  unchecked: "Not checked",
};

export type ListRow =
  | { kind: "heading"; key: string; text: string; count: number }
  | { kind: "medium"; key: string; group: GroupName; medium: Medium };

/** Why there is no result, as headings; those that a person can do something about come first. */
const reasonHeadings = {
  pending: "Not looked at yet",
  "not-scanned": "Skipped",
  unreadable: "Could not be read",
  "too-small": "Face too small",
  "too-blurred": "Face too blurred",
  "no-face": "No face found",
} as const;

const keyOf = ({ frameId, id }: Medium): string => `${frameId}:${id}`;

/** How many media each filter lets through. */
export function countsOf(groups: Groups): Record<Filter, number> {
  const unchecked = groups.unchecked.length + groups["no-face"].length + groups.pending.length;
  const { flagged, unsure, "no-sign": clear } = groups;
  return {
    all: flagged.length + unsure.length + clear.length + unchecked,
    flagged: flagged.length,
    unsure: unsure.length,
    "no-sign": clear.length,
    unchecked,
  };
}

/** @param search words that all stand somewhere in the address */
export function listRows(media: Medium[], filter: Filter, search: string): ListRow[] {
  const words = search.toLowerCase().split(/\s+/).filter(Boolean);
  const wanted = words.length > 0 ? media.filter((medium) => holds(medium.url, words)) : media;
  const groups = groupMedia(wanted);
  const rows: ListRow[] = [];
  for (const name of ["flagged", "unsure", "no-sign"] as const) {
    if (filter === "all" || filter === name) addRows(rows, groupHeadings[name], name, groups[name]);
  }
  if (filter !== "all" && filter !== "unchecked") return rows;
  const unchecked = [...groups.pending, ...groups.unchecked, ...groups["no-face"]];
  for (const [reason, heading] of Object.entries(reasonHeadings)) {
    const group = reason === "no-face" ? "no-face" : "unchecked";
    addRows(
      rows,
      heading,
      group,
      unchecked.filter((medium) => reasonOf(medium) === reason),
    );
  }
  return rows;
}

function reasonOf({ reason, status }: Medium): keyof typeof reasonHeadings {
  return reason ?? (status === "done" ? "not-scanned" : "pending");
}

function addRows(rows: ListRow[], text: string, group: GroupName, media: Medium[]): void {
  if (media.length === 0) return;
  rows.push({ kind: "heading", key: `heading ${text}`, text, count: media.length });
  for (const medium of media) rows.push({ kind: "medium", key: keyOf(medium), group, medium });
}

function holds(url: string, words: string[]): boolean {
  const text = searchable(url);
  return words.every((word) => text.includes(word));
}

/** With escapes resolved, as the list shows names. */
function searchable(url: string): string {
  try {
    return decodeURIComponent(url).toLowerCase();
  } catch {
    return url.toLowerCase();
  }
}

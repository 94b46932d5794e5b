/**
 * Keeps the rows of the list where they are while somebody points at them or moves among them with
 * the keyboard: a row that slips away under the pointer is the wrong one clicked.
 */
import type { ListRow } from "./list-rows";

export interface HeldRows {
  rows: ListRow[];
  /** Rows that would come, go or move if the order were not held. */
  changes: number;
}

/** The rows shown before, each with what is known of it now; `latest` is how they should stand. */
export function holdOrder(shown: readonly ListRow[], latest: readonly ListRow[]): HeldRows {
  const byKey = new Map(latest.map((row) => [row.key, row]));
  const known = new Set(shown.map(({ key }) => key));
  const rows = shown.map((row) => {
    const now = byKey.get(row.key);
    // A medium may be listed under another heading now; it stays, and says what it is.
    return now?.kind === row.kind ? now : row;
  });
  const come = latest.filter(({ kind, key }) => kind === "medium" && !known.has(key)).length;
  const gone = shown.filter(({ kind, key }) => kind === "medium" && !byKey.has(key)).length;
  return { rows, changes: come + gone + moved(shown, latest) };
}

/** How many of the rows in both stand in another order: those outside the longest common one. */
function moved(shown: readonly ListRow[], latest: readonly ListRow[]): number {
  const place = new Map(latest.map(({ key }, index) => [key, index]));
  const places = shown
    .filter(({ kind }) => kind === "medium")
    .map(({ key }) => place.get(key))
    .filter((index) => index !== undefined);
  return places.length - longestRise(places);
}

/** Length of the longest increasing subsequence (patience sorting). */
function longestRise(numbers: readonly number[]): number {
  const tails: number[] = [];
  for (const number of numbers) {
    let low = 0;
    let high = tails.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tails[middle] ?? 0) < number) low = middle + 1;
      else high = middle;
    }
    tails[low] = number;
  }
  return tails.length;
}

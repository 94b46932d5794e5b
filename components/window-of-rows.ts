/** Which rows of a long list are worth drawing, and where they stand; plain arithmetic. */

/** Tops of rows of the given heights, and as the last element the height of all. */
export function offsetsOf(heights: readonly number[]): number[] {
  const offsets = [0];
  for (const height of heights) offsets.push((offsets.at(-1) ?? 0) + height);
  return offsets;
}

/** Index of the row at `y`; the first or last one beyond the ends. */
export function rowAt(offsets: readonly number[], y: number): number {
  let low = 0;
  let high = offsets.length - 2;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((offsets[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return Math.max(0, low);
}

/** First and last row, inclusive, that reach into `[top, bottom]`; last before first for none. */
export function rowsBetween(
  offsets: readonly number[],
  top: number,
  bottom: number,
): [first: number, last: number] {
  if (offsets.length < 2) return [0, -1];
  return [rowAt(offsets, top), rowAt(offsets, bottom)];
}

// The AUC of two plain lists, and thresholds from real scores alone.

/**
 * Area under the ROC curve: the chance that a fake scores above a real, ties counting half
 * (Mann–Whitney). NaN if a class is empty.
 */
export function auc(real: ArrayLike<number>, fake: ArrayLike<number>): number {
  const n = real.length;
  const m = fake.length;
  if (n === 0 || m === 0) return Number.NaN;
  const sorted = Float64Array.from(real).sort();
  let wins = 0;
  for (let i = 0; i < m; i++) {
    const score = fake[i] as number;
    wins += (countBelow(sorted, score, false) + countBelow(sorted, score, true)) / 2;
  }
  return wins / (n * m);
}

/** How many of the sorted values are below `value` (or at most `value`). */
function countBelow(sorted: Float64Array, value: number, orEqual: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const at = sorted[middle] as number;
    if (at < value || (orEqual && at === value)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/**
 * The lowest threshold which at most `falsePositiveRate` of the real scores reach. It lies half-way
 * to the next score below, so that it does not hang on one picture's last digit.
 */
export function thresholdAt(real: ArrayLike<number>, falsePositiveRate: number): number {
  const sorted = Float64Array.from(real).sort().reverse();
  if (sorted.length === 0) throw new RangeError("no real scores to choose a threshold on");
  const allowed = Math.floor(sorted.length * falsePositiveRate + 1e-9);
  const below = sorted[Math.min(allowed, sorted.length - 1)] as number;
  const above = allowed === 0 ? below + 1 : (sorted[allowed - 1] as number);
  const middle = (above + below) / 2;
  // Equal scores on both sides: step over all of them.
  return middle > below ? middle : below + Math.max(1e-6, Math.abs(below) * 1e-6);
}

/**
 * The lowest threshold which at most `falsePositiveRate` of each of several lists of real scores reach,
 * and of all together: lists in which the rate is less than one score have no say of their own.
 */
export function thresholdForEach(
  lists: readonly Float32Array[],
  falsePositiveRate: number,
): number {
  const together = Float32Array.from(lists.flatMap((real) => [...real]));
  const tellingLists = lists.filter((real) => real.length * falsePositiveRate >= 1);
  const thresholds = [together, ...tellingLists].map((real) =>
    thresholdAt(real, falsePositiveRate),
  );
  return Math.max(...thresholds);
}

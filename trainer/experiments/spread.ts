// Figures over seeds: mean, spread and number; and differences of two arms seed by seed, which share
// their split, labels and pictures, so that what both find hard cancels.

export interface Summary {
  mean: number;
  /** Standard deviation over seeds (n − 1); NaN for fewer than two. */
  sd: number;
  n: number;
}

export interface Difference extends Summary {
  /** Seeds in which the first is above the second. */
  better: number;
}

/** Figure of every seed that has one. */
export type BySeed = ReadonlyMap<number, number>;

/** Seeds without a finite figure do not count. */
export function summarise(values: Iterable<number>): Summary {
  const finite = [...values].filter(Number.isFinite);
  const n = finite.length;
  const mean = finite.reduce((sum, value) => sum + value, 0) / n;
  const squares = finite.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: n > 1 ? Math.sqrt(squares / (n - 1)) : Number.NaN, n };
}

/** Over the seeds that both have. */
export function pairedDifference(first: BySeed, second: BySeed): Difference {
  const differences: number[] = [];
  for (const [seed, value] of first) {
    const difference = value - (second.get(seed) ?? Number.NaN);
    if (Number.isFinite(difference)) differences.push(difference);
  }
  return {
    ...summarise(differences),
    better: differences.filter((difference) => difference > 0).length,
  };
}

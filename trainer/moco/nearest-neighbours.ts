// How much frozen features already tell: a k-nearest-neighbour vote (Wu et al. 2018, section 3.4).
// It has nothing to train, so it can be looked at every few hundred steps.

export interface LabelledFeatures {
  /** `[n, d]`, row by row; any length, only directions count. */
  features: Float32Array;
  /** Class of each row. */
  labels: readonly number[];
}

/** Temperature of the vote, from the paper. */
const VOTE_TEMPERATURE = 0.07;

/**
 * Balanced accuracy (mean over the classes of the share told right) of the classes that `k`
 * neighbours in the bank vote for, each with weight exp(cosine / 0.07). Chance is one over the
 * number of classes.
 */
export function nearestNeighbourAccuracy(
  bank: LabelledFeatures,
  probes: LabelledFeatures,
  k: number,
): number {
  if (bank.labels.length === 0 || probes.labels.length === 0) return Number.NaN;
  const d = probes.features.length / probes.labels.length;
  const known = directions(bank.features, d);
  const asked = directions(probes.features, d);
  const right = new Map<number, { hits: number; count: number }>();
  probes.labels.forEach((label, i) => {
    const similarities = bank.labels.map((of, j) => {
      let cosine = 0;
      for (let c = 0; c < d; c++) cosine += asked[i * d + c]! * known[j * d + c]!;
      return { of, cosine };
    });
    similarities.sort((a, b) => b.cosine - a.cosine);
    const votes = new Map<number, number>();
    for (const { of, cosine } of similarities.slice(0, k))
      votes.set(of, (votes.get(of) ?? 0) + Math.exp(cosine / VOTE_TEMPERATURE));
    const [winner] = [...votes].reduce((best, vote) => (vote[1] > best[1] ? vote : best));
    const own = right.get(label) ?? { hits: 0, count: 0 };
    right.set(label, { hits: own.hits + (winner === label ? 1 : 0), count: own.count + 1 });
  });
  const shares = [...right.values()].map(({ hits, count }) => hits / count);
  return shares.reduce((a, b) => a + b, 0) / shares.length;
}

function directions(features: Float32Array, d: number): Float32Array {
  const result = features.slice();
  for (let row = 0; row < result.length; row += d) {
    const values = result.subarray(row, row + d);
    const length = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)) || 1;
    for (let c = 0; c < d; c++) values[c]! /= length;
  }
  return result;
}

// Metrics of how well logits rank fakes above reals, for pictures that each count a number of times:
// the bootstrap draws groups, not pictures. Definitions are scikit-learn's, ties included.
import type { Scored, WeightedStatistic } from "./bootstrap";

/** A point of the ROC curve: share of reals and of fakes at or above a threshold. */
export type RocPoint = readonly [falsePositiveRate: number, truePositiveRate: number];

export interface Ranking {
  /** Area under the ROC curve; ties count half (Mann–Whitney). */
  auc: WeightedStatistic;
  /** Sum over thresholds of the gain in recall times the precision; no interpolation. */
  averagePrecision: WeightedStatistic;
  /** Where as many reals are flagged as fakes are missed, on the straight lines between points. */
  equalErrorRate: WeightedStatistic;
  /** Share of fakes found at the best threshold that at most this share of the reals reaches. */
  truePositiveRateAt(falsePositiveRate: number): WeightedStatistic;
  /** From (0, 0) to (1, 1), a point for each logit that occurs; empty if a class is missing. */
  rocPoints(weights?: Float64Array): RocPoint[];
}

/** Weights are whole counts in the bootstrap; sums of others carry rounding errors. */
const ROUNDING = 1e-12;

/**
 * Sorts pictures once for all statistics and all resamples. Every statistic is NaN where the weights
 * leave a class empty.
 *
 * @param pictures the same list that the statistics are then called with.
 */
export function rank(pictures: readonly Scored[]): Ranking {
  const order = pictures.map((_, i) => i).sort((a, b) => pictures[b]!.logit - pictures[a]!.logit);
  /** Pictures of one logit form one step of the curve: the step's number, by place in the order. */
  const stepAt = new Int32Array(order.length);
  let steps = 0;
  order.forEach((index, place) => {
    const isTied = place > 0 && pictures[order[place - 1]!]!.logit === pictures[index]!.logit;
    if (!isTied) steps += 1;
    stepAt[place] = steps;
  });
  // Weight of the reals and fakes at or above each step; the first entry is the empty start.
  const reals = new Float64Array(steps + 1);
  const fakes = new Float64Array(steps + 1);

  /** @returns whether both classes are there. */
  const accumulate = (weights: Float64Array): boolean => {
    reals.fill(0);
    fakes.fill(0);
    for (let place = 0; place < order.length; place++) {
      const index = order[place]!;
      (pictures[index]!.isFake ? fakes : reals)[stepAt[place]!]! += weights[index]!;
    }
    for (let step = 1; step <= steps; step++) {
      reals[step]! += reals[step - 1]!;
      fakes[step]! += fakes[step - 1]!;
    }
    return reals[steps]! > 0 && fakes[steps]! > 0;
  };

  const statistic =
    (measure: (allReals: number, allFakes: number) => number): WeightedStatistic =>
    (weights) =>
      accumulate(weights) ? measure(reals[steps]!, fakes[steps]!) : Number.NaN;

  return {
    auc: statistic((allReals, allFakes) => {
      let area = 0;
      for (let step = 1; step <= steps; step++)
        area += (reals[step]! - reals[step - 1]!) * (fakes[step]! + fakes[step - 1]!);
      return area / (2 * allReals * allFakes);
    }),
    averagePrecision: statistic((_, allFakes) => {
      let sum = 0;
      for (let step = 1; step <= steps; step++) {
        const gained = fakes[step]! - fakes[step - 1]!;
        if (gained > 0) sum += (gained * fakes[step]!) / (fakes[step]! + reals[step]!);
      }
      return sum / allFakes;
    }),
    equalErrorRate: statistic((allReals, allFakes) => {
      const surplus = (step: number) => reals[step]! / allReals + fakes[step]! / allFakes - 1;
      let step = 1;
      while (surplus(step) < 0) step += 1;
      const before = surplus(step - 1);
      const share = -before / (surplus(step) - before);
      return (reals[step - 1]! + share * (reals[step]! - reals[step - 1]!)) / allReals;
    }),
    truePositiveRateAt: (falsePositiveRate) =>
      statistic((allReals, allFakes) => {
        let best = 0;
        for (let step = 1; step <= steps; step++) {
          if (reals[step]! / allReals > falsePositiveRate + ROUNDING) break;
          best = fakes[step]! / allFakes;
        }
        return best;
      }),
    rocPoints: (weights = new Float64Array(pictures.length).fill(1)) => {
      if (!accumulate(weights)) return [];
      const points: RocPoint[] = [[0, 0]];
      for (let step = 1; step <= steps; step++) {
        const stands = reals[step] === reals[step - 1] && fakes[step] === fakes[step - 1];
        if (!stands) points.push([reals[step]! / reals[steps]!, fakes[step]! / fakes[steps]!]);
      }
      return points;
    },
  };
}

/** The same curve without the points that lie on a straight line between their neighbours. */
export function cornersOf(points: readonly RocPoint[]): RocPoint[] {
  return points.filter((point, i) => {
    const before = points[i - 1];
    const after = points[i + 1];
    if (!before || !after) return true;
    const turn =
      (point[0] - before[0]) * (after[1] - point[1]) -
      (point[1] - before[1]) * (after[0] - point[0]);
    return Math.abs(turn) > ROUNDING;
  });
}

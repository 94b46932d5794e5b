// Confidence intervals by resampling groups (people, videos, pairs), never pictures: pictures of one
// group are no independent evidence.
import { Random } from "../random";

/** One scored picture. */
export interface Scored {
  logit: number;
  isFake: boolean;
  group: string;
}

export interface Interval {
  value: number;
  /** 2.5 and 97.5 % of the resamples; NaN where nearly no resample can be measured. */
  low: number;
  high: number;
}

const DEFAULT_RESAMPLES = 1000;

/** A statistic of pictures that each count `weights[i]` times. */
export type WeightedStatistic = (pictures: readonly Scored[], weights: Float64Array) => number;

/**
 * The statistic on all pictures with its 95 % percentile interval over groups (cluster bootstrap;
 * Field & Welsh 2007).
 */
export function clusterBootstrap(
  pictures: readonly Scored[],
  statistic: WeightedStatistic,
  resamples = DEFAULT_RESAMPLES,
  seed = 1,
): Interval {
  const groups = [...new Set(pictures.map(({ group }) => group))].sort();
  const indexOf = new Map(groups.map((group, i) => [group, i]));
  const groupOf = pictures.map(({ group }) => indexOf.get(group) as number);
  const value = statistic(pictures, new Float64Array(pictures.length).fill(1));
  const random = new Random(seed);
  const draws: number[] = [];
  const counts = new Float64Array(groups.length);
  const weights = new Float64Array(pictures.length);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = 0; i < groups.length; i++) counts[random.integer(groups.length)]! += 1;
    for (let i = 0; i < weights.length; i++) weights[i] = counts[groupOf[i]!]!;
    const drawn = statistic(pictures, weights);
    if (Number.isFinite(drawn)) draws.push(drawn);
  }
  if (groups.length < 2 || draws.length < resamples / 2)
    return { value, low: Number.NaN, high: Number.NaN };
  draws.sort((a, b) => a - b);
  const at = (share: number) => draws[Math.round(share * (draws.length - 1))] as number;
  return { value, low: at(0.025), high: at(0.975) };
}

/** AUC of weighted pictures; the order is computed once for all resamples of the same list. */
export function weightedAuc(pictures: readonly Scored[]): WeightedStatistic {
  const order = pictures.map((_, i) => i).sort((a, b) => pictures[a]!.logit - pictures[b]!.logit);
  return (_, weights) => {
    let reals = 0;
    let fakes = 0;
    let wins = 0;
    for (let i = 0; i < order.length; ) {
      // Ties form one step of the ROC curve.
      const { logit } = pictures[order[i]!]!;
      let tiedReals = 0;
      let tiedFakes = 0;
      for (; i < order.length && pictures[order[i]!]!.logit === logit; i++) {
        const index = order[i]!;
        if (pictures[index]!.isFake) tiedFakes += weights[index]!;
        else tiedReals += weights[index]!;
      }
      wins += tiedFakes * (reals + tiedReals / 2);
      reals += tiedReals;
      fakes += tiedFakes;
    }
    return reals > 0 && fakes > 0 ? wins / (reals * fakes) : Number.NaN;
  };
}

/** Share of pictures at or above a logit. */
export function shareAbove(threshold: number): WeightedStatistic {
  return (pictures, weights) => {
    let above = 0;
    let all = 0;
    for (let i = 0; i < pictures.length; i++) {
      all += weights[i]!;
      if (pictures[i]!.logit >= threshold) above += weights[i]!;
    }
    return all > 0 ? above / all : Number.NaN;
  };
}

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

export const DEFAULT_RESAMPLES = 1000;
export const DEFAULT_SEED = 1;

/** A statistic of a list of pictures in which picture `i` counts `weights[i]` times. */
export type WeightedStatistic = (weights: Float64Array) => number;

/**
 * The statistic on all pictures with its 95 % percentile interval over groups (cluster bootstrap;
 * Field & Welsh 2007).
 *
 * @param pictures the list that the statistic was made for. Differences of two scorings of the same
 *   pictures are paired: both see the same draw of groups.
 */
export function clusterBootstrap(
  pictures: readonly Pick<Scored, "group">[],
  statistic: WeightedStatistic,
  resamples = DEFAULT_RESAMPLES,
  seed = DEFAULT_SEED,
): Interval {
  const groups = [...new Set(pictures.map(({ group }) => group))].sort();
  const indexOf = new Map(groups.map((group, i) => [group, i]));
  const groupOf = pictures.map(({ group }) => indexOf.get(group) as number);
  const value = statistic(new Float64Array(pictures.length).fill(1));
  const random = new Random(seed);
  const draws: number[] = [];
  const counts = new Float64Array(groups.length);
  const weights = new Float64Array(pictures.length);
  for (let r = 0; r < resamples; r++) {
    counts.fill(0);
    for (let i = 0; i < groups.length; i++) counts[random.integer(groups.length)]! += 1;
    for (let i = 0; i < weights.length; i++) weights[i] = counts[groupOf[i]!]!;
    const drawn = statistic(weights);
    if (Number.isFinite(drawn)) draws.push(drawn);
  }
  if (groups.length < 2 || draws.length < resamples / 2)
    return { value, low: Number.NaN, high: Number.NaN };
  draws.sort((a, b) => a - b);
  const at = (share: number) => draws[Math.round(share * (draws.length - 1))] as number;
  return { value, low: at(0.025), high: at(0.975) };
}

/** The bootstrap with its settings filled in. */
export type IntervalOf = (
  pictures: readonly { group: string }[],
  statistic: WeightedStatistic,
) => Interval;

export function intervals(resamples: number, seed: number): IntervalOf {
  return (pictures, statistic) => clusterBootstrap(pictures, statistic, resamples, seed);
}

/** Share of the pictures for which something holds. */
export function shareOf<T>(
  pictures: readonly T[],
  holds: (picture: T) => boolean,
): WeightedStatistic {
  return meanOf(pictures, (picture) => (holds(picture) ? 1 : 0));
}

/** Mean of a value over the pictures; NaN where the weights leave none. */
export function meanOf<T>(
  pictures: readonly T[],
  value: (picture: T) => number,
): WeightedStatistic {
  const values = Float64Array.from(pictures, value);
  return (weights) => {
    let sum = 0;
    let all = 0;
    for (let i = 0; i < values.length; i++) {
      all += weights[i]!;
      sum += weights[i]! * values[i]!;
    }
    return all > 0 ? sum / all : Number.NaN;
  };
}

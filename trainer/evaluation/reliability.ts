// Whether calibrated scores mean what they say: of the pictures scored about 0.8, are about 80 %
// fakes? The answer holds for the mix of reals and fakes at hand only, which reports must say.
import type { Scored, WeightedStatistic } from "./bootstrap";

/** Equal-width bins of the score from 0 to 1; 15 as in Guo et al. 2017. */
export const RELIABILITY_BINS = 15;

/** One bin of the reliability diagram. */
export interface ReliabilityBin {
  /** Scores from here, including the first bin's 0 ... */
  from: number;
  /** ... to here, including the last bin's 1. */
  to: number;
  pictures: number;
  /** Mean score and share of fakes of the bin's pictures; NaN where it is empty. */
  meanScore: number;
  fakeShare: number;
}

export interface Reliability {
  /**
   * Expected calibration error (Naeini et al. 2015): distance between mean score and share of fakes
   * of each bin, weighted by its pictures.
   */
  calibrationError: WeightedStatistic;
  /** Mean squared difference of score and label (Brier 1950); 0.25 for always saying one half. */
  brier: WeightedStatistic;
  bins(): ReliabilityBin[];
}

/** @param temperature score = sigmoid(logit / temperature). */
export function reliability(pictures: readonly Scored[], temperature: number): Reliability {
  const scores = pictures.map(({ logit }) => 1 / (1 + Math.exp(-logit / temperature)));
  const labels = pictures.map(({ isFake }) => (isFake ? 1 : 0));
  const binOf = scores.map((score) =>
    Math.min(RELIABILITY_BINS - 1, Math.floor(score * RELIABILITY_BINS)),
  );
  const weight = new Float64Array(RELIABILITY_BINS);
  const score = new Float64Array(RELIABILITY_BINS);
  const fakes = new Float64Array(RELIABILITY_BINS);
  const accumulate = (weights: Float64Array) => {
    for (const sums of [weight, score, fakes]) sums.fill(0);
    binOf.forEach((bin, i) => {
      weight[bin]! += weights[i]!;
      score[bin]! += weights[i]! * scores[i]!;
      fakes[bin]! += weights[i]! * labels[i]!;
    });
  };
  const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);
  return {
    calibrationError: (weights) => {
      accumulate(weights);
      return total(fakes.map((count, bin) => Math.abs(count - score[bin]!))) / total(weight);
    },
    brier: (weights) => {
      const errors = weights.map((count, i) => count * (scores[i]! - labels[i]!) ** 2);
      return total(errors) / total(weights);
    },
    bins: () => {
      accumulate(new Float64Array(pictures.length).fill(1));
      return Array.from(weight, (count, bin) => ({
        from: bin / RELIABILITY_BINS,
        to: (bin + 1) / RELIABILITY_BINS,
        pictures: count,
        meanScore: score[bin]! / count,
        fakeShare: fakes[bin]! / count,
      }));
    },
  };
}

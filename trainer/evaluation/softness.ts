// Does the student judge manipulation, or sharpness? Where the fakes of a set happen to be softer than
// its reals, a student that calls every soft face manipulated ranks them well, and flags soft reals.
import type { Interval, IntervalOf, WeightedStatistic } from "./bootstrap";
import { rank } from "./ranking";
import type { ScoredFace } from "./scoring";

export interface SoftnessFigures {
  /** AUC of softness in the logit's place: what the pictures give away by it. */
  alone: Interval;
  /** AUC of the logit between faces of like sharpness only. */
  matched: Interval;
}

/** Faces are alike in sharpness within half an octave of the Laplacian's variance. */
const STRATA_PER_OCTAVE = 2;
/** Under this a crop is a blur, whatever its number. */
const LEAST = 1;

export function softnessFigures(
  faces: readonly ScoredFace[],
  interval: IntervalOf,
): SoftnessFigures {
  const bySoftness = faces.map((face) => ({ ...face, logit: -face.sharpness }));
  return {
    alone: interval(faces, rank(bySoftness).auc),
    matched: interval(faces, matchedAuc(faces)),
  };
}

/**
 * The share of pairs of a real and a fake face of like sharpness that the logit puts in order: AUCs within
 * strata of sharpness, each weighted by its pairs. NaN where no stratum has both labels.
 */
export function matchedAuc(faces: readonly ScoredFace[]): WeightedStatistic {
  const strata = new Map<number, number[]>();
  faces.forEach(({ sharpness }, i) => {
    const stratum = Math.floor(STRATA_PER_OCTAVE * Math.log2(Math.max(LEAST, sharpness)));
    strata.set(stratum, [...(strata.get(stratum) ?? []), i]);
  });
  const parts = [...strata.values()].map((indices) => {
    const own = indices.map((i) => faces[i] as ScoredFace);
    return { indices, own, auc: rank(own).auc };
  });
  return (weights) => {
    let ordered = 0;
    let pairs = 0;
    for (const { indices, own, auc } of parts) {
      const ownWeights = Float64Array.from(indices, (i) => weights[i] as number);
      let [reals, fakes] = [0, 0];
      own.forEach(({ isFake }, i) => {
        if (isFake) fakes += ownWeights[i] as number;
        else reals += ownWeights[i] as number;
      });
      if (reals === 0 || fakes === 0) continue;
      ordered += reals * fakes * auc(ownWeights);
      pairs += reals * fakes;
    }
    return pairs > 0 ? ordered / pairs : Number.NaN;
  };
}

// The robustness grid: the same pictures after each condition, compared with themselves unchanged.
import type { Student } from "../../../model/package/student";
import { faceSquare, resampleSquare } from "../../../model/student/crop";
import { type PicturePool, pixelsOf } from "../../datasets/pictures";
import { asPixels, cutFace } from "../../synthesis/face";
import type { Interval, IntervalOf } from "../bootstrap";
import { levelShares } from "../figures";
import { rank } from "../ranking";
import { facePxOf, type ScoredFace, scoreCrops } from "../scoring";
import { CONDITIONS, type Condition, type Family } from "./conditions";
import { NoH264Error } from "./h264";

export interface RobustnessFigure {
  name: string;
  family: Family;
  strength: number;
  auc: Interval;
  /** AUC unchanged minus AUC changed, over the same draws of groups; positive is a loss. */
  drop: Interval;
  /** Reals at `suspicious` or above, and reals that the gates would not have judged. */
  realsSuspicious: Interval;
  realsAbstained: Interval;
  fakesSuspicious: Interval;
}

export interface Robustness {
  /** The unchanged pictures, for comparison. */
  clean: Omit<RobustnessFigure, "name" | "family" | "strength" | "drop">;
  conditions: RobustnessFigure[];
  /** Conditions that this machine cannot make, and why. */
  leftOut: { name: string; reason: string }[];
}

/** Pieces changed at a time: bounds memory, and gives an encoder many frames to a file. */
const CHUNK = 256;

/**
 * @param clean the pool's pictures scored unchanged, in the pool's order.
 * @param onProgress called with the pictures done under all conditions, and how many there are.
 */
export async function measureRobustness(
  student: Student,
  pool: PicturePool,
  clean: readonly ScoredFace[],
  interval: IntervalOf,
  onProgress: (done: number, total: number) => void = () => {},
  conditions: readonly Condition[] = CONDITIONS,
): Promise<Robustness> {
  const { inputSize, cropMargin } = student.card;
  const perCrop = inputSize ** 2 * 3;
  const total = conditions.length * pool.pictures.length;
  const aucClean = rank(clean).auc;
  const result: Robustness = { clean: sharesOf(clean, interval), conditions: [], leftOut: [] };

  for (const [number, condition] of conditions.entries()) {
    const scored: ScoredFace[] = [];
    try {
      for (let from = 0; from < pool.pictures.length; from += CHUNK) {
        const pictures = pool.pictures.slice(from, from + CHUNK);
        const faces = await condition.apply(
          pictures.map((picture) => cutFace(pixelsOf(pool, picture), picture.row.box)),
        );
        const crops = new Uint8Array(faces.length * perCrop);
        faces.forEach((face, i) => {
          const square = faceSquare(face.box, cropMargin);
          crops.set(resampleSquare(asPixels(face), square, inputSize), i * perCrop);
        });
        const facesOfRows = pictures.map(({ row }, i) => ({
          row,
          facePx: facePxOf(faces[i]!.box),
        }));
        scored.push(...(await scoreCrops(student, crops, facesOfRows)));
        onProgress(number * pool.pictures.length + scored.length, total);
      }
    } catch (error) {
      if (!(error instanceof NoH264Error)) throw error;
      result.leftOut.push({ name: condition.name, reason: error.message });
      continue;
    }
    const auc = rank(scored).auc;
    const { name, family, strength } = condition;
    result.conditions.push({
      name,
      family,
      strength,
      ...sharesOf(scored, interval),
      drop: interval(clean, (weights) => aucClean(weights) - auc(weights)),
    });
  }
  return result;
}

function sharesOf(faces: readonly ScoredFace[], interval: IntervalOf) {
  const reals = levelShares(
    faces.filter(({ isFake }) => !isFake),
    interval,
  );
  const fakes = levelShares(
    faces.filter(({ isFake }) => isFake),
    interval,
  );
  return {
    auc: interval(faces, rank(faces).auc),
    realsSuspicious: reals.suspicious,
    realsAbstained: reals.abstained,
    fakesSuspicious: fakes.suspicious,
  };
}

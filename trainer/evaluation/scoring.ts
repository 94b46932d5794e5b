// Crops → logits → what the extension would say of each: the same loader, gates and thresholds.
import { gateOf, levelOf } from "../../model/calibration/calibration";
import type { Student } from "../../model/package/student";
import type { Box } from "../../model/student/crop";
import { sharpness } from "../../model/student/sharpness";
import type { CoarseMap, Level } from "../../model/verdict/verdict";
import type { FaceRow } from "../datasets/manifest";
import type { Scored } from "./bootstrap";

export interface ScoredFace extends Scored {
  row: FaceRow;
  /** The face's level; null where the card's gates abstain. The logit is there in any case. */
  level: Level | null;
  /** Of the crop; see `model/student/sharpness.ts`. */
  sharpness: number;
  /** Where: the logit of each cell, row by row. */
  map: CoarseMap;
}

/** Bounds the memory of the widest layer; larger batches are no faster on two cores. */
const CHUNK = 64;

/**
 * @param crops `[n, inputSize, inputSize, 3]` bytes.
 * @param faces what each crop shows, in the same order; `facePx` is the longer side of its box.
 */
export async function scoreCrops(
  student: Student,
  crops: Uint8Array,
  faces: readonly { row: FaceRow; facePx: number }[],
  onProgress: (done: number) => void = () => {},
): Promise<ScoredFace[]> {
  const { card } = student;
  const perCrop = card.inputSize ** 2 * 3;
  const scored: ScoredFace[] = [];
  for (let from = 0; from < faces.length; from += CHUNK) {
    const chunk = faces.slice(from, from + CHUNK);
    const pixels = crops.subarray(from * perCrop, (from + chunk.length) * perCrop);
    const { logits, maps, mapSize } = await student.predict(pixels);
    const [height, width] = mapSize;
    const cells = height * width;
    chunk.forEach(({ row, facePx }, i) => {
      const crop = pixels.subarray(i * perCrop, (i + 1) * perCrop);
      const logit = logits[i] as number;
      const sharp = sharpness(crop, card.inputSize);
      const abstains = gateOf(facePx, sharp, card) !== null;
      scored.push({
        row,
        logit,
        isFake: row.label === "fake",
        group: row.group,
        level: abstains ? null : levelOf(logit, card),
        sharpness: sharp,
        map: { width, height, logits: [...maps.subarray(i * cells, (i + 1) * cells)] },
      });
    });
    onProgress(scored.length);
  }
  return scored;
}

/** Longer side of the detector's box: what the size gate looks at. */
export function facePxOf(box: Box): number {
  return Math.max(box[2], box[3]);
}

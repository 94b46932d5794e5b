// What the web does to pictures, one grid of fixed changes for calibration: a threshold must hold for more
// than clean files. Robustness figures have a finer grid of their own (robustness/).
import { faceSquare, resampleSquare } from "../../model/student/crop";
import type { PicturePool, PooledPicture } from "../datasets/pictures";
import { pixelsOf } from "../datasets/pictures";
import { Random } from "../random";
import { type Augmentation, augmentFace, NO_AUGMENTATION } from "../synthesis/augment";
import { asPixels, cutFace } from "../synthesis/face";

const JPEG = (quality: number) => ({ format: "jpeg", quality, fullChroma: false }) as const;

/** Each entry changes one thing. */
export const DEGRADATIONS = {
  none: NO_AUGMENTATION,
  "JPEG 60": { ...NO_AUGMENTATION, reductions: [1], encodings: [JPEG(60)] },
  "half size": { ...NO_AUGMENTATION, reductions: [2], encodings: [JPEG(92)] },
  "mild blur": { ...NO_AUGMENTATION, blur: 1 },
  "noise 5": { ...NO_AUGMENTATION, noise: 5 },
  "video-like": {
    ...NO_AUGMENTATION,
    reductions: [1.3],
    encodings: [{ format: "webp", quality: 35 }],
  },
} as const satisfies Record<string, Augmentation>;

export type Degradation = keyof typeof DEGRADATIONS;

/** Crops of pictures after one degradation, `[n, size, size, 3]`. */
export async function degradedCrops(
  pool: PicturePool,
  pictures: readonly PooledPicture[],
  degradation: Degradation,
  margin: number,
  size: number,
): Promise<Uint8Array> {
  const perPicture = size * size * 3;
  const crops = new Uint8Array(pictures.length * perPicture);
  for (const [i, picture] of pictures.entries()) {
    const face = cutFace(pixelsOf(pool, picture), picture.row.box);
    const changed = await augmentFace(new Random(i), face, DEGRADATIONS[degradation]);
    const square = faceSquare(changed.box, margin);
    crops.set(resampleSquare(asPixels(changed), square, size), i * perPicture);
  }
  return crops;
}

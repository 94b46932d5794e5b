// Pictures drawn pixel by pixel in grey, as if they had been read from a data folder.
import type { FaceRow } from "../../trainer/datasets/manifest";
import type { PicturePool } from "../../trainer/datasets/pictures";

/** Side of every picture; a face fills the middle half. */
export const POOL_SIDE = 96;

export interface GreyPicture {
  row: Pick<FaceRow, "label" | "source" | "generator" | "group" | "video">;
  /** Grey level of pixel `p`, counted row by row. */
  greyAt: (p: number) => number;
}

export function greyPool(drawn: readonly GreyPicture[]): PicturePool {
  const perPicture = POOL_SIDE * POOL_SIDE * 3;
  const bytes = new SharedArrayBuffer(drawn.length * perPicture);
  const data = new Uint8ClampedArray(bytes);
  const pictures = drawn.map(({ row: own, greyAt }, n) => {
    const offset = n * perPicture;
    for (let p = 0; p < POOL_SIDE * POOL_SIDE; p++)
      data.fill(greyAt(p), offset + 3 * p, offset + 3 * p + 3);
    const row: FaceRow = { ...own, file: `${n}.jpg`, split: "train", box: [24, 24, 48, 48] };
    return { row, width: POOL_SIDE, height: POOL_SIDE, offset };
  });
  return { bytes, pictures, broken: [] };
}

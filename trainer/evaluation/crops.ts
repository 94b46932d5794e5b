// Face crops of pictures as the extension would make them, for scoring.
import { cropFace } from "../../model/student/crop";
import { type PicturePool, pixelsOf } from "../datasets/pictures";

/** All crops of a pool as one array of bytes `[n, size, size, 3]`. */
export function cropAll(pool: PicturePool, margin: number, size: number): Uint8Array {
  const perPicture = size * size * 3;
  const crops = new Uint8Array(pool.pictures.length * perPicture);
  pool.pictures.forEach((picture, i) => {
    crops.set(cropFace(pixelsOf(pool, picture), picture.row.box, margin, size), i * perPicture);
  });
  return crops;
}

// The last of synthesis: what the web does to a face, then the crop that a network is shown.
import { faceSquare, resampleSquare, type Square } from "../../model/student/crop";
import { Random } from "../random";
import { type Augmentation, augmentFace } from "./augment";
import { asPixels, type Face } from "./face";

export interface CropSettings {
  inputSize: number;
  /** Side of the crop in units of the detector's box. */
  cropMargin: number;
}

/** RGB, `inputSize * inputSize * 3`; the same augmentation gives two faces of a pair the same treatment. */
export async function augmentedCrop(
  face: Face,
  augmentation: Augmentation,
  { inputSize, cropMargin }: CropSettings,
): Promise<Uint8ClampedArray> {
  const seen = await augmentFace(new Random(augmentation.seed), face, augmentation);
  const square = jitteredSquare(seen, cropMargin, augmentation);
  const crop = resampleSquare(asPixels(seen), square, inputSize);
  return augmentation.flip ? mirrored(crop, inputSize) : crop;
}

/** The square of a face that its crop is taken from, before it is mirrored. */
export function jitteredSquare(face: Face, margin: number, { scale, shift }: Augmentation): Square {
  const square = faceSquare(face.box, margin * scale);
  const side = Math.max(face.box[2], face.box[3]);
  return { ...square, x: square.x + shift[0] * side, y: square.y + shift[1] * side };
}

/** RGB rows back to front, in place. */
export function mirrored(rgb: Uint8ClampedArray, size: number): Uint8ClampedArray {
  const pixel = new Uint8ClampedArray(3);
  for (let row = 0; row < size; row++)
    for (let left = row * size, right = left + size - 1; left < right; left++, right--) {
      pixel.set(rgb.subarray(left * 3, left * 3 + 3));
      rgb.copyWithin(left * 3, right * 3, right * 3 + 3);
      rgb.set(pixel, right * 3);
    }
  return rgb;
}

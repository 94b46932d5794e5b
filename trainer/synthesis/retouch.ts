// Retouched faces: skin smoothed and edges sharpened, which is how diffusion models and beauty filters
// draw. A blend softens what it replaces, so a network that only meets blends learns "soft is
// manipulated" and takes a crisp generated portrait for the most real of all.
import type { Random } from "../random";
import type { Face } from "./face";
import { boxBlur, drawMask } from "./mask";
import { blend, type PseudoFake } from "./pseudo-fake";

/** How often all of the picture is retouched, as a generator would; else a part of the face. */
const WHOLE_SHARE = 0.5;

/** The face with a retouched version of itself in all of its place, or a part of it. */
export function retouchFace(random: Random, face: Face): PseudoFake {
  const retouched = retouch(random, face);
  const mask = random.chance(WHOLE_SHARE)
    ? new Float32Array(face.size ** 2).fill(1)
    : drawMask(random, face).mask;
  return blend(face, retouched, mask, 1);
}

function retouch(random: Random, face: Face): Face {
  const radius = 2 + random.integer(4);
  const epsilon = Math.exp(random.uniform(Math.log(40), Math.log(500)));
  const amount = random.uniform(0.6, 1);
  const sharpening = random.chance(0.7) ? random.uniform(0.3, 1.6) : 0;
  const { size } = face;
  const data = new Uint8ClampedArray(face.data.length);
  for (let channel = 0; channel < 3; channel++) {
    const plane = Float32Array.from({ length: size ** 2 }, (_, i) => face.data[3 * i + channel]!);
    const filtered = guidedFilter(plane, size, radius, epsilon);
    const smooth = plane.map((value, i) => value + amount * (filtered[i]! - value));
    const soft = boxBlur(boxBlur(smooth, size, 1), size, 1);
    for (let i = 0; i < smooth.length; i++)
      data[3 * i + channel] = smooth[i]! + sharpening * (smooth[i]! - soft[i]!);
  }
  return { ...face, data };
}

/**
 * The guided filter with the plane as its own guide (He, Sun & Tang 2010, eq. 5, 6 and 8): flat where
 * the variance around a pixel lies below `epsilon`, untouched where it lies far above.
 *
 * @param plane one channel, `size * size`, 0–255.
 * @param epsilon variance in squared grey levels.
 */
export function guidedFilter(
  plane: Float32Array,
  size: number,
  radius: number,
  epsilon: number,
): Float32Array {
  const mean = boxBlur(plane, size, radius);
  const square = boxBlur(
    plane.map((value) => value * value),
    size,
    radius,
  );
  const slope = mean.map((m, i) => {
    const variance = Math.max(0, square[i]! - m * m);
    return variance / (variance + epsilon);
  });
  const offset = mean.map((m, i) => m * (1 - slope[i]!));
  const meanSlope = boxBlur(slope, size, radius);
  const meanOffset = boxBlur(offset, size, radius);
  return plane.map((value, i) => meanSlope[i]! * value + meanOffset[i]!);
}

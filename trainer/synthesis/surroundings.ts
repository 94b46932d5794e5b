// Puts a face before what stands around another one. A generator's portraits share a backdrop, and a
// network soon takes the grey wall for the sign: a real studio portrait is then the surest "fake".
import { resampleSquare } from "../../model/student/crop";
import type { Random } from "../random";
import { asPixels, type Face } from "./face";

/** Where the head ends, for one pair: both of its faces get the same surroundings in the same way. */
export interface Surroundings {
  donor: Face;
  /** The head's ellipse over its usual size. */
  reach: number;
  /** Width of the passage from head to surroundings, as a share of the ellipse's radius. */
  passage: number;
}

/** Half axes of a head with its hair, and how far its middle lies above the box's, in sides of the box. */
const HEAD = { across: 0.56, along: 0.64, above: 0.04 };

export function drawSurroundings(random: Random, donor: Face): Surroundings {
  return { donor, reach: random.uniform(0.8, 1.08), passage: random.uniform(0.08, 0.35) };
}

/**
 * Null for a pair that keeps its own. Nothing is drawn where a recipe asks for none: batches of recipes older
 * than this stay what they were.
 *
 * @param share of pairs that get others.
 */
export function chanceOfSurroundings(
  random: Random,
  share: number | undefined,
  drawDonor: () => Face,
): Surroundings | null {
  if (!share || !random.chance(share)) return null;
  return drawSurroundings(random, drawDonor());
}

/** The face and how much of each pixel is still its own, `size * size`, 0–1. */
export function withSurroundings(
  face: Face,
  { donor, reach, passage }: Surroundings,
): { face: Face; own: Float32Array } {
  const around = laidOver(face, donor);
  const own = headMatte(face, reach, passage);
  const data = new Uint8ClampedArray(face.data.length);
  for (let p = 0, i = 0; p < own.length; p++)
    for (const end = i + 3; i < end; i++)
      data[i] = around[i]! + own[p]! * (face.data[i]! - around[i]!);
  return { face: { ...face, data }, own };
}

/** The donor's picture with its box over the face's box, at the face's size. */
export function laidOver(face: Face, donor: Face): Uint8ClampedArray {
  const scale = donor.box[2] / face.box[2];
  return resampleSquare(
    asPixels(donor),
    {
      x: donor.box[0] - face.box[0] * scale,
      y: donor.box[1] - face.box[1] * scale,
      size: face.size * scale,
    },
    face.size,
  );
}

function headMatte({ size, box }: Face, reach: number, passage: number): Float32Array {
  const [x, y, w, h] = box;
  const side = Math.max(w, h);
  const middle = [x + w / 2, y + h / 2 - HEAD.above * side] as const;
  const matte = new Float32Array(size * size);
  for (let row = 0, p = 0; row < size; row++)
    for (let column = 0; column < size; column++, p++) {
      const across = (column + 0.5 - middle[0]) / (HEAD.across * side);
      const along = (row + 0.5 - middle[1]) / (HEAD.along * side);
      const beyond = Math.hypot(across, along) / reach - 1;
      matte[p] = 1 - smoothStep(beyond / passage + 0.5);
    }
  return matte;
}

/** 0 below 0, 1 above 1, without a corner at either end that would draw an edge. */
function smoothStep(t: number): number {
  const x = Math.min(Math.max(t, 0), 1);
  return x * x * (3 - 2 * x);
}

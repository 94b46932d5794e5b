// Pseudo-fakes: a real face blended onto itself (Shiohara & Yamasaki 2022, self-blended images) or
// another person's face blended in, so that only traces of manipulation separate the classes.
import type { Random } from "../random";
import { addNoise, blurOrSharpen, displace, dropResolution, shiftColour } from "./distort";
import { asPixels, type Face, resizedFace } from "./face";
import { boxBlur, drawMask, type MaskFamily } from "./mask";
import { laidOver } from "./surroundings";
import { warpFace } from "./warp";

export interface PseudoFake {
  face: Face;
  /** What was blended into: it differs from `face` under the mask and nowhere else. */
  target: Face;
  /** How much of each pixel was replaced, `size * size`, 0–1. */
  mask: Float32Array;
}

/** Opacities of the blend, the full one most often (SBI also has 0.25, which at 160 px leaves nothing to see). */
const RATIOS = [0.5, 0.75, 1, 1, 1] as const;

/** Of a part this small a half-transparent blend leaves nothing to see. */
const SMALL: ReadonlySet<MaskFamily> = new Set(["mouth", "nose", "eyes"]);

/** A face with one to three changes; at least one always applies. */
function distortSide(random: Random, face: Face, most = 3): Face {
  let side = face;
  const changes = 1 + random.integer(most);
  for (let i = 0; i < changes; i++) {
    const kind = random.integer(10);
    if (kind < 4) side = shiftColour(random, side, random.uniform(0.3, 0.8));
    else if (kind < 7) side = dropResolution(side, random.uniform(1.3, 3.5));
    else if (kind < 8) side = blurOrSharpen(side, random.uniform(0.4, 1));
    else if (kind < 9) side = blurOrSharpen(side, -random.uniform(0.4, 1.2));
    else side = addNoise(random, side, random.uniform(1.5, 6));
  }
  return side;
}

/** The source's pixels in the target's place, as far as the mask goes, at an opacity of `ratio`. */
export function blend(target: Face, source: Face, mask: Float32Array, ratio: number): PseudoFake {
  const data = new Uint8ClampedArray(target.data);
  const applied = new Float32Array(mask.length);
  for (let p = 0, i = 0; p < mask.length; p++, i += 3) {
    const share = mask[p]! * ratio;
    if (share === 0) continue;
    applied[p] = share;
    for (let c = i; c < i + 3; c++)
      data[c] = target.data[c]! + share * (source.data[c]! - target.data[c]!);
  }
  return { face: { ...target, data }, target, mask: applied };
}

/** SBI changes either side at random, so that neither look becomes the cue. */
const TARGET_SHARE = 0.4;

/**
 * The face blended onto itself.
 *
 * @param targetShare how often the side blended into is changed, and not the one blended in.
 */
export function selfBlend(
  random: Random,
  face: Face,
  targetShare: number = TARGET_SHARE,
): PseudoFake {
  const { mask, family } = drawMask(random, face);
  const changeTarget = random.chance(targetShare);
  const source = displace(random, changeTarget ? face : distortSide(random, face));
  const target = changeTarget ? distortSide(random, face, 1) : face;
  return blend(target, source, mask, SMALL.has(family) ? 1 : random.pick(RATIOS));
}

/** Mean and deviation of each channel under a mask. */
function colourUnder(data: Uint8ClampedArray, mask: Float32Array) {
  const sum = [0, 0, 0];
  const squares = [0, 0, 0];
  let weight = 1e-6;
  for (let p = 0, i = 0; p < mask.length; p += 2, i += 6) {
    const w = mask[p]!;
    if (w === 0) continue;
    weight += w;
    for (let c = 0; c < 3; c++) {
      const value = data[i + c]!;
      sum[c]! += w * value;
      squares[c]! += w * value * value;
    }
  }
  return sum.map((s, c) => {
    const mean = s / weight;
    return { mean, deviation: Math.sqrt(Math.max(1, squares[c]! / weight - mean * mean)) };
  });
}

/**
 * A donor's face in the place of this one, colours brought over (Reinhard et al. 2001): warped onto
 * the face's landmarks where both have them, laid over it by the boxes otherwise.
 */
export function swapFace(random: Random, face: Face, donor: Face): PseudoFake {
  const { mask, family } = drawMask(random, face);
  const swapped = warped(random, face, donor, mask) ?? laidOver(face, donor);
  matchColours(random, swapped, face, mask);
  let source: Face = { ...face, data: swapped };
  if (random.chance(0.5)) source = distortSide(random, source);
  const isOpaque = SMALL.has(family) || random.chance(0.7);
  return blend(face, source, mask, isOpaque ? 1 : random.uniform(0.6, 1));
}

/** A donor this much larger than the face would be sampled too sparsely. */
const MOST_REDUCTION = 1.25;

/** Null without landmarks. Takes out of the mask what the donor does not reach. */
function warped(
  random: Random,
  face: Face,
  donor: Face,
  mask: Float32Array,
): Uint8ClampedArray | null {
  const { landmarks } = face;
  if (!landmarks || !donor.landmarks) return null;
  const ratio = donor.box[2] / face.box[2];
  const fitting =
    ratio > MOST_REDUCTION ? resizedFace(donor, Math.round(donor.size / ratio)) : donor;
  const { data, covered } = warpFace(
    { data: face.data, size: face.size, landmarks },
    { pixels: asPixels(fitting), landmarks: fitting.landmarks ?? donor.landmarks },
  );
  // A seam that always followed the jaw as if cut with scissors would be learnt as the cue.
  const ramp = face.size * random.uniform(0.005, 0.04);
  const inside = boxBlur(Float32Array.from(covered), face.size, Math.round(ramp));
  for (let p = 0; p < mask.length; p++) mask[p]! *= Math.max(0, 2 * inside[p]! - 1);
  return data;
}

/** A dim donor brought to a bright face by more than this is a patch of colour that anybody sees. */
const GAIN_LIMITS = [0.6, 1.5] as const;

function matchColours(
  random: Random,
  swapped: Uint8ClampedArray,
  face: Face,
  mask: Float32Array,
): void {
  const from = colourUnder(swapped, mask);
  const to = colourUnder(face.data, mask);
  const strength = random.uniform(0.6, 1);
  const [least, most] = GAIN_LIMITS;
  const gain = from.map((f, c) => {
    const whole = Math.min(Math.max(to[c]!.deviation / f.deviation, least), most);
    return 1 + strength * (whole - 1);
  });
  for (let i = 0; i < swapped.length; i += 3)
    for (let c = 0; c < 3; c++) {
      const centred = (swapped[i + c]! - from[c]!.mean) * gain[c]!;
      swapped[i + c] = centred + from[c]!.mean + strength * (to[c]!.mean - from[c]!.mean);
    }
}

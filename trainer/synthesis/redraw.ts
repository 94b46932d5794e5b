// A face drawn anew: what generators have in common with each other, and blends lack, is texture that is
// gone while the edges are there. Any real face can be treated like that, so the pair has one source.
import { sharpness } from "../../model/student/sharpness";
import type { PicturePool, PooledPicture } from "../datasets/pictures";
import type { Random } from "../random";
import { blurOrSharpen, dropResolution } from "./distort";
import { faceOf } from "./donor";
import type { Face } from "./face";
import { boxBlur, drawMask } from "./mask";
import { blend, type PseudoFake } from "./pseudo-fake";
import { withoutTexture } from "./without-texture";

/** At most this much unsharp masking brings the edges back; more leaves rims. */
const MOST_SHARPENING = 1.2;

/** Of a recipe of batches; what is absent, as in older runs, is none. */
export interface RedrawnShares {
  /** Of the pseudo-fakes, those that are redrawn. */
  redrawnShare?: number;
  /** Of those, where a network redrew the face, the ones that are taken from there. */
  upscaledShare?: number;
  /** Of those, the ones that are put into the original; the others take its place from edge to edge. */
  insideShare?: number;
}

/**
 * A picture's face redrawn, by a network or, where none redrew it, by taking out its texture: from edge to
 * edge, or put into the original, as a swapped face is that a network restored.
 */
export function redrawn(
  random: Random,
  pool: Pick<PicturePool, "bytes">,
  { row, redrawn: drawings = [] }: PooledPicture,
  face: Face,
  { upscaledShare = 0, insideShare = 0 }: RedrawnShares,
): PseudoFake {
  // Nothing is drawn where the recipe asks for none: batches of older recipes stay what they were.
  if (upscaledShare === 0 || drawings.length === 0 || !random.chance(upscaledShare))
    return redraw(random, face);
  const drawn = faceOf(pool, { ...random.pick(drawings), row });
  const whole = besideOriginal(random, drawn, face);
  if (insideShare === 0 || !random.chance(insideShare)) return whole;
  return blend(whole.target, whole.face, drawMask(random, face).mask, 1);
}

/** The whole picture without its texture; what it is a redrawing of comes out as sharp. */
export function redraw(random: Random, face: Face): PseudoFake {
  const source = random.chance(0.5) ? dropResolution(face, random.uniform(1.2, 2)) : face;
  const radius = Math.max(1, Math.round(face.box[2] * random.uniform(0.012, 0.035)));
  const flat = withoutTexture(source, radius, random.uniform(5, 18), random.uniform(0.6, 1));
  const drawn = random.chance(0.3) ? withMottling(random, flat, random.uniform(0.7, 2)) : flat;
  return besideOriginal(random, drawn, face);
}

function besideOriginal(random: Random, drawn: Face, face: Face): PseudoFake {
  return {
    ...alikeInSharpness(random, drawn, face),
    mask: new Float32Array(face.size ** 2).fill(1),
  };
}

/** Smooth grey noise of the given deviation: a decoder's texture is never as fine as a sensor's. */
function withMottling(random: Random, face: Face, sigma: number): Face {
  const { size } = face;
  const noise = Float32Array.from({ length: size * size }, () => random.normal());
  const smooth = boxBlur(boxBlur(noise, size, 1), size, 1);
  let squares = 0;
  for (const value of smooth) squares += value * value;
  const gain = sigma / Math.sqrt(squares / smooth.length);
  const data = face.data.map((value, i) => value + gain * smooth[(i / 3) | 0]!);
  return { ...face, data };
}

/**
 * Both brought to one sharpness, softer or crisper than the original was: neither softness nor crispness
 * must be the cue.
 */
function alikeInSharpness(
  random: Random,
  drawn: Face,
  original: Face,
): Pick<PseudoFake, "face" | "target"> {
  const wanted = sharpnessOf(original) * 2 ** random.uniform(-0.5, 1.5);
  const face = broughtTo(drawn, wanted);
  return { face, target: broughtTo(original, sharpnessOf(face)) };
}

const sharpnessOf = ({ data, size }: Face) => sharpness(data, size);

/** The face blurred or sharpened until it is as sharp as that, as far as a few passes go. */
function broughtTo(face: Face, wanted: number): Face {
  const isSofter = sharpnessOf(face) < wanted;
  const most = isSofter ? -MOST_SHARPENING : 1;
  const isEnough = (changed: Face) => sharpnessOf(changed) >= wanted === isSofter;
  let whole = face;
  for (let passes = 0; passes < (isSofter ? 1 : 3); passes++) {
    const more = blurOrSharpen(whole, most);
    if (isEnough(more)) return nearest(whole, most, isEnough);
    whole = more;
  }
  return whole;
}

/** The face blurred or sharpened by an amount up to `most`, near the one where it becomes enough. */
function nearest(face: Face, most: number, isEnough: (changed: Face) => boolean): Face {
  let [low, high] = [0, most];
  let changed = face;
  for (let i = 0; i < 4; i++) {
    const amount = (low + high) / 2;
    changed = blurOrSharpen(face, amount);
    if (isEnough(changed)) high = amount;
    else low = amount;
  }
  return changed;
}

// Does the student see a manipulation whose place is known, and does its coarse map point there?
// Pseudo-fakes of the split's own real pictures say so: their masks are known to the pixel.
import type { Student } from "../../model/package/student";
import { faceSquare, resampleSquare } from "../../model/student/crop";
import type { PicturePool, PooledPicture } from "../datasets/pictures";
import { Random } from "../random";
import { augmentFace, drawAugmentation } from "../synthesis/augment";
import { donorFor, faceOf } from "../synthesis/donor";
import { asPixels, type Face } from "../synthesis/face";
import { selfBlend, swapFace } from "../synthesis/pseudo-fake";
import { auc } from "./auc";
import { type Interval, type IntervalOf, meanOf, type Scored, shareOf } from "./bootstrap";
import { onePerGroupFirst } from "./one-per-group";
import { rank } from "./ranking";

export interface BlendFigures {
  pairs: number;
  groups: number;
  /** Blended faces against the same faces unblended, both degraded alike. */
  auc: Interval;
  /** Cells of the map that were mostly replaced against untouched cells, all blends together. */
  cellAuc: Interval;
  /**
   * The map enlarged to the crop's pixels against the mask, within each blend, averaged: the mean of
   * the blends' own AUCs, so that it does not matter how sure the student is of the face as a whole.
   */
  pixelAuc: Interval;
  /** Share of blends in which the map's strongest cell lies in the replaced part. */
  pointing: Interval;
  /** What pointing at random would reach: the mean share of cells that were mostly replaced. */
  pointingByChance: number;
}

const PAIRS = 240;
/** As in training: the others blend a face onto itself. */
const SWAP_SHARE = 0.3;
const VIDEO_LIKE = 0.25;
const CHUNK = 32;
const SEED = 1;

/** Bytes of the enlarged mask: replaced is more than half of its strongest place. */
const isReplaced = (value: number, strongest: number) => value > strongest / 2;

interface Pair {
  group: string;
  real: Uint8ClampedArray;
  fake: Uint8ClampedArray;
  /** How much of each pixel of the crop was replaced, 0–255, `inputSize * inputSize`. */
  mask: Uint8Array;
}

/** Null where the split has no real pictures to blend. */
export async function blendFigures(
  student: Student,
  pool: PicturePool,
  interval: IntervalOf,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<BlendFigures | null> {
  const reals = pool.pictures.filter(({ row }) => row.label === "real");
  const chosen = onePerGroupFirst(reals, SEED).slice(0, PAIRS);
  if (chosen.length === 0) return null;
  const { inputSize, cropMargin } = student.card;

  const faces: Scored[] = [];
  const cells: Scored[] = [];
  const blends: { group: string; pixelAuc: number; hits: boolean; area: number }[] = [];
  for (let from = 0; from < chosen.length; from += CHUNK) {
    const pairs: Pair[] = [];
    for (const [i, picture] of chosen.slice(from, from + CHUNK).entries()) {
      const random = Random.at(SEED, from + i);
      const drawDonor = () => random.pick(chosen);
      pairs.push(await makePair(random, pool, picture, drawDonor, cropMargin, inputSize));
      onProgress(from + i + 1, chosen.length);
    }
    const crops = new Uint8Array(pairs.length * 2 * inputSize ** 2 * 3);
    pairs.forEach(({ real, fake }, i) => {
      crops.set(real, 2 * i * real.length);
      crops.set(fake, (2 * i + 1) * real.length);
    });
    const { logits, maps, mapSize } = await student.predict(crops);
    const [side] = mapSize;
    pairs.forEach(({ group, mask }, i) => {
      faces.push({ logit: logits[2 * i] as number, isFake: false, group });
      faces.push({ logit: logits[2 * i + 1] as number, isFake: true, group });
      const map = maps.subarray((2 * i + 1) * side * side, (2 * i + 2) * side * side);
      const replaced = shrunk(mask, inputSize, side);
      const strongest = Math.max(...replaced);
      const isInside = Array.from(replaced, (value) => isReplaced(value, strongest));
      map.forEach((logit, cell) => {
        if (isInside[cell] || replaced[cell] === 0)
          cells.push({ logit, isFake: isInside[cell] as boolean, group });
      });
      blends.push({
        group,
        pixelAuc: pixelAuc(map, side, mask, inputSize),
        hits: isInside[map.indexOf(Math.max(...map))] as boolean,
        area: isInside.filter(Boolean).length / isInside.length,
      });
    });
  }

  // A mask that covers the whole crop leaves nothing to tell apart.
  const located = blends.filter(({ pixelAuc }) => Number.isFinite(pixelAuc));
  return {
    pairs: chosen.length,
    groups: new Set(chosen.map(({ row }) => row.group)).size,
    auc: interval(faces, rank(faces).auc),
    cellAuc: interval(cells, rank(cells).auc),
    pixelAuc: interval(
      located,
      meanOf(located, ({ pixelAuc }) => pixelAuc),
    ),
    pointing: interval(
      blends,
      shareOf(blends, ({ hits }) => hits),
    ),
    pointingByChance: blends.reduce((sum, { area }) => sum + area, 0) / blends.length,
  };
}

/** A real face, or what was blended into, and its blend under one and the same degradation, without jitter or flip. */
async function makePair(
  random: Random,
  pool: PicturePool,
  picture: PooledPicture,
  drawDonor: () => PooledPicture,
  margin: number,
  inputSize: number,
): Promise<Pair> {
  const face = faceOf(pool, picture);
  const blend = random.chance(SWAP_SHARE)
    ? swapFace(random, face, donorFor(pool, picture, drawDonor))
    : selfBlend(random, face);
  const augmentation = drawAugmentation(random, VIDEO_LIKE);
  const crop = async (side: Face) => {
    const changed = await augmentFace(new Random(augmentation.seed), side, augmentation);
    return resampleSquare(asPixels(changed), faceSquare(changed.box, margin), inputSize);
  };
  const mask = resampleSquare(
    { data: grey(blend.mask), width: face.size, height: face.size, channels: 3 },
    faceSquare(face.box, margin),
    inputSize,
  );
  return {
    group: picture.row.group,
    real: await crop(blend.target),
    fake: await crop(blend.face),
    mask: Uint8Array.from({ length: inputSize ** 2 }, (_, i) => mask[i * 3] as number),
  };
}

/** Values 0–1 as RGB bytes, for the resampler. */
function grey(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length * 3);
  values.forEach((value, i) => {
    bytes.fill(Math.round(value * 255), i * 3, i * 3 + 3);
  });
  return bytes;
}

/** Mean of the mask in each cell of the map's grid. */
function shrunk(mask: Uint8Array, size: number, side: number): Float32Array {
  const sums = new Float32Array(side * side);
  const cellPx = size / side;
  mask.forEach((value, i) => {
    const x = Math.floor((i % size) / cellPx);
    const y = Math.floor(Math.floor(i / size) / cellPx);
    sums[y * side + x]! += value;
  });
  return sums.map((sum) => sum / cellPx ** 2);
}

/** AUC of the map, enlarged bilinearly, between replaced and untouched pixels of one crop. */
function pixelAuc(map: Float32Array, side: number, mask: Uint8Array, size: number): number {
  const strongest = mask.reduce((most, value) => Math.max(most, value), 0);
  const inside: number[] = [];
  const outside: number[] = [];
  mask.forEach((value, i) => {
    const isInside = isReplaced(value, strongest);
    if (!isInside && value > 0) return;
    const x = (((i % size) + 0.5) * side) / size - 0.5;
    const y = ((Math.floor(i / size) + 0.5) * side) / size - 0.5;
    (isInside ? inside : outside).push(bilinear(map, side, x, y));
  });
  return auc(outside, inside);
}

/** A value between cell centres; beyond the outermost centres the edge goes on. */
function bilinear(map: Float32Array, side: number, x: number, y: number): number {
  const cx = Math.min(Math.max(x, 0), side - 1);
  const cy = Math.min(Math.max(y, 0), side - 1);
  const [x0, y0] = [Math.floor(cx), Math.floor(cy)];
  const [x1, y1] = [Math.min(x0 + 1, side - 1), Math.min(y0 + 1, side - 1)];
  const [fx, fy] = [cx - x0, cy - y0];
  const top = map[y0 * side + x0]! * (1 - fx) + map[y0 * side + x1]! * fx;
  const bottom = map[y1 * side + x0]! * (1 - fx) + map[y1 * side + x1]! * fx;
  return top * (1 - fy) + bottom * fy;
}

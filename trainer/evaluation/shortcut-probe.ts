// A weak classifier that sees only what must not matter: a 16-pixel thumbnail, colour, sharpness and
// blocking. If it tells real from fake, so can the network, without learning anything (DESIGN 4).
import { resampleSquare } from "../../model/student/crop";
import { sharpness } from "../../model/student/sharpness";
import { FOLDS, foldsByGroup } from "./folds";

const THUMBNAIL = 16;
/** Strength of the ridge: there are about as many features as examples. */
const RIDGE = 0.05;
const ITERATIONS = 300;
const RATE = 0.3;

/** What a network must not need: beyond this AUC a set or a recipe wants mending (DESIGN 4). */
export const SHORTCUT_LIMIT = 0.6;

/** Features of one crop, `[size, size, 3]` bytes: all that a batch can leak. */
export function shortcutFeatures(rgb: Uint8Array, size: number): number[] {
  return [...thumbnailFeatures(rgb, size), ...traceFeatures(rgb, size)];
}

/** Light, pose and background: a grey thumbnail, and mean and spread of each channel. */
export function thumbnailFeatures(rgb: Uint8Array, size: number): number[] {
  const whole = { x: 0, y: 0, size };
  const picture = { data: rgb, width: size, height: size, channels: 3 as const };
  const small = resampleSquare(picture, whole, THUMBNAIL);
  const features: number[] = [];
  const sums = [0, 0, 0];
  const squares = [0, 0, 0];
  for (let i = 0; i < small.length; i += 3) {
    features.push((small[i]! + small[i + 1]! + small[i + 2]!) / 3);
    for (let c = 0; c < 3; c++) {
      sums[c]! += small[i + c]!;
      squares[c]! += small[i + c]! ** 2;
    }
  }
  const count = THUMBNAIL * THUMBNAIL;
  for (let c = 0; c < 3; c++) {
    const mean = sums[c]! / count;
    features.push(mean, Math.sqrt(Math.max(0, squares[c]! / count - mean * mean)));
  }
  return features;
}

/** How sharp the crop is, and how much of JPEG's blocks is left in it. */
export function traceFeatures(rgb: Uint8Array, size: number): number[] {
  return [Math.log1p(sharpness(rgb, size)), Math.log1p(blocking(rgb, size))];
}

/** How much larger steps between columns are at their strongest phase of eight than on average. */
function blocking(rgb: Uint8Array, size: number): number {
  const phases = new Float64Array(8);
  for (let y = 0; y < size; y++)
    for (let x = 1; x < size; x++) {
      const i = (y * size + x) * 3 + 1;
      phases[x & 7]! += Math.abs(rgb[i]! - rgb[i - 3]!);
    }
  const mean = phases.reduce((a, b) => a + b, 0) / 8;
  return mean > 0 ? Math.max(...phases) / mean - 1 : 0;
}

/** A linear score of features, learnt by logistic regression on standardised features. */
export function fitProbe(
  features: readonly (readonly number[])[],
  labels: readonly number[],
): (features: readonly number[]) => number {
  const n = features.length;
  const width = features[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const spread = new Float64Array(width);
  for (const row of features) for (let j = 0; j < width; j++) mean[j]! += row[j]! / n;
  for (const row of features)
    for (let j = 0; j < width; j++) spread[j]! += (row[j]! - mean[j]!) ** 2 / n;
  // One block instead of a list of rows: the loops below run a few hundred million times.
  const standard = new Float64Array(n * width);
  features.forEach((row, i) => {
    for (let j = 0; j < width; j++)
      standard[i * width + j] = (row[j]! - mean[j]!) / Math.sqrt(spread[j]! + 1e-9);
  });
  const weights = new Float64Array(width);
  const gradient = new Float64Array(width);
  let bias = 0;
  for (let step = 0; step < ITERATIONS; step++) {
    gradient.fill(0);
    let biasGradient = 0;
    for (let i = 0; i < n; i++) {
      const at = i * width;
      let score = bias;
      for (let j = 0; j < width; j++) score += standard[at + j]! * weights[j]!;
      const error = (1 / (1 + Math.exp(-score)) - labels[i]!) / n;
      for (let j = 0; j < width; j++) gradient[j]! += error * standard[at + j]!;
      biasGradient += error;
    }
    for (let j = 0; j < width; j++) weights[j]! -= RATE * (gradient[j]! + RIDGE * weights[j]!);
    bias -= RATE * biasGradient;
  }
  return (row) => {
    let score = bias;
    for (let j = 0; j < width; j++)
      score += ((row[j]! - mean[j]!) / Math.sqrt(spread[j]! + 1e-9)) * weights[j]!;
    return score;
  };
}

/** An example of the probe; those of one group stay on one side of every fold. */
export interface ProbeExample {
  features: readonly number[];
  isFake: boolean;
  group: string;
  /** What every fold must hold its share of: class and source. */
  stratum: string;
}

/**
 * Scores every example by a probe fitted on other groups.
 *
 * @returns one score an example, in their order.
 */
export function crossValidated(examples: readonly ProbeExample[], seed: number): number[] {
  const foldOf = foldsByGroup(examples, seed);
  const scores = new Array<number>(examples.length).fill(Number.NaN);
  for (let fold = 0; fold < FOLDS; fold++) {
    const others = examples.filter((_, i) => foldOf[i] !== fold);
    if (others.length === 0) continue;
    const probe = fitProbe(
      others.map(({ features }) => features),
      others.map(({ isFake }) => (isFake ? 1 : 0)),
    );
    examples.forEach(({ features }, i) => {
      if (foldOf[i] === fold) scores[i] = probe(features);
    });
  }
  return scores;
}

// A weak classifier that sees only what must not matter: a 16-pixel thumbnail, colour, sharpness and
// blocking. If it tells real from fake, so can the network, without learning anything (DESIGN 4).
import { resampleSquare } from "../../model/student/crop";
import { sharpness } from "../../model/student/sharpness";

const THUMBNAIL = 16;
/** Strength of the ridge: there are about as many features as examples. */
const RIDGE = 0.05;
const ITERATIONS = 300;
const RATE = 0.3;

/** Features of one crop, `[size, size, 3]` bytes. */
export function shortcutFeatures(rgb: Uint8Array, size: number): number[] {
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
  features.push(Math.log1p(sharpness(rgb, size)), Math.log1p(blocking(rgb, size)));
  return features;
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
  features: readonly number[][],
  labels: readonly number[],
): (features: readonly number[]) => number {
  const width = features[0]?.length ?? 0;
  const mean = new Float64Array(width);
  const spread = new Float64Array(width);
  for (const row of features) for (let j = 0; j < width; j++) mean[j]! += row[j]! / features.length;
  for (const row of features)
    for (let j = 0; j < width; j++) spread[j]! += (row[j]! - mean[j]!) ** 2 / features.length;
  const standard = (row: readonly number[]) =>
    Float64Array.from(
      { length: width },
      (_, j) => (row[j]! - mean[j]!) / Math.sqrt(spread[j]! + 1e-9),
    );
  const rows = features.map(standard);
  const weights = new Float64Array(width);
  let bias = 0;
  const score = (row: Float64Array) =>
    row.reduce((sum, value, j) => sum + value * weights[j]!, bias);
  const gradient = new Float64Array(width);
  for (let step = 0; step < ITERATIONS; step++) {
    gradient.fill(0);
    let biasGradient = 0;
    rows.forEach((row, i) => {
      const error = 1 / (1 + Math.exp(-score(row))) - labels[i]!;
      for (let j = 0; j < width; j++) gradient[j]! += (error * row[j]!) / rows.length;
      biasGradient += error / rows.length;
    });
    for (let j = 0; j < width; j++) weights[j]! -= RATE * (gradient[j]! + RIDGE * weights[j]!);
    bias -= RATE * biasGradient;
  }
  return (row) => score(standard(row));
}

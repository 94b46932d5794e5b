// From a detector's box to the student's input. Training and the extension both crop with these
// functions, so that the network meets in the browser exactly what it learnt from.

/** Pixels of a picture, row by row, `channels` bytes a pixel (4: RGBA, alpha is ignored). */
export interface Pixels {
  data: Uint8Array | Uint8ClampedArray;
  width: number;
  height: number;
  channels: 3 | 4;
}

/** `[x, y, width, height]` in source pixels, as the face detector reports it. */
export type Box = readonly [x: number, y: number, width: number, height: number];

/** A square in source pixels; it may reach outside the picture. */
export interface Square {
  x: number;
  y: number;
  size: number;
}

/**
 * The square around a face: same centre as the detector's box, its longer side times `margin`.
 * The margin the student was trained with stands in its card (`cropMargin`).
 */
export function faceSquare(box: Box, margin: number): Square {
  const [x, y, width, height] = box;
  const size = Math.max(width, height) * margin;
  return { x: x + width / 2 - size / 2, y: y + height / 2 - size / 2, size };
}

/** How far beyond a square, in source pixels, `resampleSquare` reads: half the filter sticks out. */
export function resampleReach({ size }: Pick<Square, "size">, out: number): number {
  const scale = size / out;
  return Math.max(1, scale) - scale / 2;
}

/** For each output pixel, the first source pixel it reads and the weights of those after it. */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  weights: Float32Array;
  stride: number;
}

/**
 * Triangle filter of one axis. Its support widens with the reduction, which is what makes it
 * antialiased (Pillow's BILINEAR does the same); on enlarging it is plain bilinear. Taps outside
 * the picture fall onto the edge pixel.
 */
function triangleTaps(start: number, extent: number, out: number, limit: number): Taps {
  const scale = extent / out;
  const support = Math.max(1, scale);
  const stride = Math.ceil(support * 2) + 2;
  const taps: Taps = {
    first: new Int32Array(out),
    count: new Int32Array(out),
    weights: new Float32Array(out * stride),
    stride,
  };
  const last = limit - 1;
  for (let o = 0; o < out; o++) {
    const centre = start + (o + 0.5) * scale;
    const from = Math.floor(centre - support);
    const to = Math.ceil(centre + support);
    const first = Math.min(Math.max(from, 0), last);
    let total = 0;
    let highest = first;
    for (let s = from; s < to; s++) {
      const weight = 1 - Math.abs((s + 0.5 - centre) / support);
      if (weight <= 0) continue;
      const pixel = Math.min(Math.max(s, 0), last);
      taps.weights[o * stride + pixel - first]! += weight;
      total += weight;
      if (pixel > highest) highest = pixel;
    }
    taps.first[o] = first;
    taps.count[o] = highest - first + 1;
    for (let k = 0; k <= highest - first; k++) taps.weights[o * stride + k]! /= total;
  }
  return taps;
}

/**
 * Resamples a square of the picture to `size`×`size` RGB, antialiased, edge pixels repeated where
 * the square leaves the picture.
 *
 * @returns `size * size * 3` bytes, row by row.
 * @throws RangeError if the picture or the square is empty or not finite.
 */
export function resampleSquare(source: Pixels, square: Square, size: number): Uint8ClampedArray {
  const { data, width, height, channels } = source;
  if (!(width > 0 && height > 0) || data.length < width * height * channels)
    throw new RangeError(`picture of ${width}×${height} with ${data.length} bytes`);
  if (!(square.size > 0) || !Number.isFinite(square.x + square.y + square.size))
    throw new RangeError(`crop square ${JSON.stringify(square)}`);
  const across = triangleTaps(square.x, square.size, size, width);
  const down = triangleTaps(square.y, square.size, size, height);

  // Only the rows that the vertical pass reads are filtered horizontally.
  const top = down.first[0]!;
  const bottom = down.first[size - 1]! + down.count[size - 1]!;
  const rows = new Float32Array((bottom - top) * size * 3);
  for (let y = top; y < bottom; y++) {
    const line = y * width * channels;
    let to = (y - top) * size * 3;
    for (let x = 0; x < size; x++, to += 3) {
      let pixel = line + across.first[x]! * channels;
      const from = x * across.stride;
      const end = from + across.count[x]!;
      let red = 0;
      let green = 0;
      let blue = 0;
      for (let k = from; k < end; k++, pixel += channels) {
        const weight = across.weights[k]!;
        red += weight * data[pixel]!;
        green += weight * data[pixel + 1]!;
        blue += weight * data[pixel + 2]!;
      }
      rows[to] = red;
      rows[to + 1] = green;
      rows[to + 2] = blue;
    }
  }

  const result = new Uint8ClampedArray(size * size * 3);
  const lineLength = size * 3;
  const sum = new Float32Array(lineLength);
  for (let y = 0; y < size; y++) {
    sum.fill(0);
    for (let k = 0; k < down.count[y]!; k++) {
      const weight = down.weights[y * down.stride + k]!;
      const line = (down.first[y]! + k - top) * lineLength;
      for (let i = 0; i < lineLength; i++) sum[i]! += weight * rows[line + i]!;
    }
    result.set(sum, y * lineLength);
  }
  return result;
}

/** The student's input for one face: `faceSquare`, then `resampleSquare`. */
export function cropFace(source: Pixels, box: Box, margin: number, size: number) {
  return resampleSquare(source, faceSquare(box, margin), size);
}

// Resampling of rectangles: area averaging where a picture is reduced (OpenCV's INTER_AREA),
// bilinear where it is enlarged. Separable, so an axis is worked out once for all its lines.

/** For the outputs from `begin` to `end`, which source pixels each reads and with what weights. */
export interface Axis {
  begin: number;
  end: number;
  first: Int32Array;
  count: Int32Array;
  weights: Float32Array;
  stride: number;
}

/**
 * Outputs of `size` over `[start, start + extent)` of a line of `limit` pixels. Outputs whose
 * middle lies outside the line are left out.
 */
export function overlapAxis(start: number, extent: number, size: number, limit: number): Axis {
  const scale = extent / size;
  // Bilinear interpolation is the area average of a linear picture over one source pixel.
  const reach = Math.max(1, scale);
  const stride = Math.ceil(reach) + 2;
  const axis: Axis = {
    begin: size,
    end: 0,
    first: new Int32Array(size),
    count: new Int32Array(size),
    weights: new Float32Array(size * stride),
    stride,
  };
  for (let o = 0; o < size; o++) {
    const middle = start + (o + 0.5) * scale;
    if (middle < 0 || middle > limit) continue;
    axis.begin = Math.min(axis.begin, o);
    axis.end = o + 1;
    const from = Math.max(0, middle - reach / 2);
    const to = Math.min(limit, middle + reach / 2);
    const first = Math.min(Math.floor(from), limit - 1);
    const last = Math.min(Math.ceil(to), limit) - 1;
    axis.first[o] = first;
    axis.count[o] = last - first + 1;
    for (let s = first; s <= last; s++) {
      const covered = Math.min(s + 1, to) - Math.max(s, from);
      axis.weights[o * stride + s - first] = covered / (to - from);
    }
  }
  return axis;
}

/**
 * @param source RGB, row by row.
 * @param put takes each output pixel: three rounded values of `rgb` at `from`.
 */
export function resampleRows(
  source: { data: Uint8Array; width: number },
  across: Axis,
  down: Axis,
  put: (row: number, column: number, rgb: Float32Array, from: number) => void,
): void {
  const columns = across.end - across.begin;
  if (columns <= 0) return;
  const sum = new Float32Array(columns * 3);
  // Neighbouring rows share source rows when enlarging; each is filtered once.
  const filtered = new Map<number, Float32Array>();
  for (let row = down.begin; row < down.end; row++) {
    sum.fill(0);
    const first = down.first[row]!;
    for (const known of filtered.keys()) if (known < first) filtered.delete(known);
    for (let k = 0; k < down.count[row]!; k++) {
      const y = first + k;
      const line = filtered.get(y) ?? filterLine(source, y, across);
      filtered.set(y, line);
      const weight = down.weights[row * down.stride + k]!;
      for (let i = 0; i < sum.length; i++) sum[i]! += weight * line[i]!;
    }
    for (let i = 0, column = across.begin; column < across.end; column++, i += 3) {
      put(row, column, sum, i);
    }
  }
}

function filterLine(
  { data, width }: { data: Uint8Array; width: number },
  y: number,
  { begin, end, first, count, weights, stride }: Axis,
): Float32Array {
  const line = new Float32Array((end - begin) * 3);
  const base = y * width * 3;
  for (let o = begin, to = 0; o < end; o++, to += 3) {
    let red = 0;
    let green = 0;
    let blue = 0;
    let pixel = base + first[o]! * 3;
    const from = o * stride;
    for (let k = from; k < from + count[o]!; k++, pixel += 3) {
      const weight = weights[k]!;
      red += weight * data[pixel]!;
      green += weight * data[pixel + 1]!;
      blue += weight * data[pixel + 2]!;
    }
    line[to] = red;
    line[to + 1] = green;
    line[to + 2] = blue;
  }
  return line;
}

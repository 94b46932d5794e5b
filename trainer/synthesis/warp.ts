// Another person's face in the place and pose of this one: every triangle of the landmark mesh is
// filled from the donor's triangle (piecewise affine).
import type { Pixels } from "../../model/student/crop";
import { MESH_TRIANGLES } from "./face-regions";

/** Without some slack pixels on an edge fall between its two triangles. */
const ROUNDING = 1e-4;

export interface WarpedFace {
  /** RGB, `size * size * 3`; the target's own pixels where the mesh does not reach. */
  data: Uint8ClampedArray;
  /** 1 where the donor is seen, `size * size`. */
  covered: Uint8Array;
}

/**
 * Triangles that turn away in either face are left out: what is behind a nose cannot be seen.
 *
 * @param target RGB of `size * size`, with its landmarks `[468, 2]`.
 * @param donor with its landmarks, about as large as the target's face.
 */
export function warpFace(
  target: { data: Uint8ClampedArray; size: number; landmarks: Float32Array },
  donor: { pixels: Pixels; landmarks: Float32Array },
): WarpedFace {
  const { size, landmarks: to } = target;
  const { pixels, landmarks: from } = donor;
  const warped: WarpedFace = {
    data: new Uint8ClampedArray(target.data),
    covered: new Uint8Array(size * size),
  };
  const facing = Math.sign(meanArea(to));
  for (let t = 0; t < MESH_TRIANGLES.length; t += 3) {
    const [a, b, c] = [MESH_TRIANGLES[t]!, MESH_TRIANGLES[t + 1]!, MESH_TRIANGLES[t + 2]!];
    const area = doubleArea(to, a, b, c);
    if (area * facing <= 0 || doubleArea(from, a, b, c) * facing <= 0) continue;
    fillTriangle(warped, size, to, [a, b, c], area, from, pixels);
  }
  closeCracks(warped, size);
  return warped;
}

/** Single pixels between triangles that were left out, as round the nostrils. */
function closeCracks({ data, covered }: WarpedFace, size: number): void {
  for (let p = size + 1; p < covered.length - size - 1; p++) {
    if (covered[p]) continue;
    const step =
      covered[p - 1] && covered[p + 1] ? 1 : covered[p - size] && covered[p + size] ? size : 0;
    if (step === 0) continue;
    for (let c = 0; c < 3; c++) {
      data[3 * p + c] = (data[3 * (p - step) + c]! + data[3 * (p + step) + c]!) / 2;
    }
    covered[p] = 1;
  }
}

function fillTriangle(
  { data, covered }: WarpedFace,
  size: number,
  to: Float32Array,
  [a, b, c]: readonly [number, number, number],
  area: number,
  from: Float32Array,
  donor: Pixels,
): void {
  const [ax, ay] = [to[2 * a]!, to[2 * a + 1]!];
  const [bx, by] = [to[2 * b]!, to[2 * b + 1]!];
  const [cx, cy] = [to[2 * c]!, to[2 * c + 1]!];
  const left = Math.max(0, Math.floor(Math.min(ax, bx, cx)));
  const right = Math.min(size - 1, Math.ceil(Math.max(ax, bx, cx)));
  const top = Math.max(0, Math.floor(Math.min(ay, by, cy)));
  const bottom = Math.min(size - 1, Math.ceil(Math.max(ay, by, cy)));
  // Barycentric weights of a pixel's middle grow linearly along rows and columns.
  const stepB = (cy - ay) / area;
  const stepC = -(by - ay) / area;
  for (let y = top; y <= bottom; y++) {
    const dy = y + 0.5 - ay;
    const dx = left + 0.5 - ax;
    let wb = (dx * (cy - ay) - dy * (cx - ax)) / area;
    let wc = (dy * (bx - ax) - dx * (by - ay)) / area;
    for (let x = left; x <= right; x++, wb += stepB, wc += stepC) {
      const wa = 1 - wb - wc;
      if (wa < -ROUNDING || wb < -ROUNDING || wc < -ROUNDING) continue;
      const sx = wa * from[2 * a]! + wb * from[2 * b]! + wc * from[2 * c]!;
      const sy = wa * from[2 * a + 1]! + wb * from[2 * b + 1]! + wc * from[2 * c + 1]!;
      const pixel = y * size + x;
      sampleInto(data, pixel * 3, donor, sx - 0.5, sy - 0.5);
      covered[pixel] = 1;
    }
  }
}

/** Bilinear; edges repeated. */
function sampleInto(
  into: Uint8ClampedArray,
  to: number,
  { data, width, height, channels }: Pixels,
  x: number,
  y: number,
): void {
  const sx = Math.min(Math.max(x, 0), width - 1);
  const sy = Math.min(Math.max(y, 0), height - 1);
  const x0 = Math.min(Math.floor(sx), Math.max(0, width - 2));
  const y0 = Math.min(Math.floor(sy), Math.max(0, height - 2));
  const fx = sx - x0;
  const fy = sy - y0;
  const across = width > 1 ? channels : 0;
  const down = height > 1 ? width * channels : 0;
  const at = (y0 * width + x0) * channels;
  for (let c = 0; c < 3; c++) {
    const i = at + c;
    const upper = data[i]! + fx * (data[i + across]! - data[i]!);
    const lower = data[i + down]! + fx * (data[i + down + across]! - data[i + down]!);
    into[to + c] = upper + fy * (lower - upper);
  }
}

function doubleArea(points: Float32Array, a: number, b: number, c: number): number {
  const [ax, ay] = [points[2 * a]!, points[2 * a + 1]!];
  return (
    (points[2 * b]! - ax) * (points[2 * c + 1]! - ay) -
    (points[2 * b + 1]! - ay) * (points[2 * c]! - ax)
  );
}

/** Which way round the mesh's triangles lie: all of a face that looks at us lie the same way. */
function meanArea(points: Float32Array): number {
  let sum = 0;
  for (let t = 0; t < MESH_TRIANGLES.length; t += 3) {
    sum += doubleArea(points, MESH_TRIANGLES[t]!, MESH_TRIANGLES[t + 1]!, MESH_TRIANGLES[t + 2]!);
  }
  return sum;
}

// Blending masks: the hull of a part of the face by its landmarks, or without them the outline of a
// mean face's part placed in the detector's box; bent by a smooth random field and blurred.
import type { Random } from "../random";
import type { Face } from "./face";
import { type FaceRegion, hullOf, type Point, regionHull } from "./face-regions";

/** Outlines in units of the detector's box: eyes lie near y 0.3, mouth near 0.72, chin near 1. */
const OUTLINES = {
  face: [
    [0.14, 0.2],
    [0.3, 0.1],
    [0.5, 0.07],
    [0.7, 0.1],
    [0.86, 0.2],
    [0.92, 0.42],
    [0.88, 0.67],
    [0.75, 0.89],
    [0.6, 1.0],
    [0.4, 1.0],
    [0.25, 0.89],
    [0.12, 0.67],
    [0.08, 0.42],
  ],
  innerFace: [
    [0.2, 0.2],
    [0.5, 0.15],
    [0.8, 0.2],
    [0.82, 0.5],
    [0.72, 0.8],
    [0.5, 0.9],
    [0.28, 0.8],
    [0.18, 0.5],
  ],
  lowerFace: [
    [0.1, 0.5],
    [0.35, 0.48],
    [0.5, 0.42],
    [0.65, 0.48],
    [0.9, 0.5],
    [0.88, 0.68],
    [0.75, 0.89],
    [0.6, 1.0],
    [0.4, 1.0],
    [0.25, 0.89],
    [0.12, 0.68],
  ],
  mouth: [
    [0.28, 0.7],
    [0.4, 0.62],
    [0.6, 0.62],
    [0.72, 0.7],
    [0.68, 0.82],
    [0.5, 0.87],
    [0.32, 0.82],
  ],
  eyes: [
    [0.1, 0.26],
    [0.3, 0.18],
    [0.7, 0.18],
    [0.9, 0.26],
    [0.86, 0.4],
    [0.6, 0.38],
    [0.4, 0.38],
    [0.14, 0.4],
  ],
  nose: [
    [0.44, 0.3],
    [0.56, 0.3],
    [0.66, 0.56],
    [0.58, 0.63],
    [0.42, 0.63],
    [0.34, 0.56],
  ],
} as const satisfies Record<FaceRegion, readonly Point[]>;

export type MaskFamily = FaceRegion | "convex";

const FAMILY_WEIGHTS: readonly (readonly [MaskFamily, number])[] = [
  ["face", 4],
  ["innerFace", 2],
  ["lowerFace", 2],
  ["mouth", 1],
  ["eyes", 1],
  ["nose", 0.5],
  ["convex", 1.5],
];

/** Height of each bending wave at most, in boxes. */
const MAX_BEND = 0.06;

/** Masks are drawn on a grid of this side and then enlarged. */
const GRID = 80;

/** The outline of a family, in units of the detector's box. */
function outlineOf(random: Random, { landmarks, box }: Face, family: MaskFamily): readonly Point[] {
  if (!landmarks) return family === "convex" ? ellipse(random) : OUTLINES[family];
  const hull =
    family === "convex"
      ? hullOf(landmarks, randomPoints(random, landmarks.length / 2))
      : regionHull(landmarks, family);
  const [bx, by, bw, bh] = box;
  return hull.map(([x, y]) => [(x - bx) / bw, (y - by) / bh] as const);
}

/** Enough that their hull is hardly ever a sliver. */
function randomPoints(random: Random, of: number): number[] {
  return Array.from({ length: 8 }, () => random.integer(of));
}

/** A random convex outline: points on an ellipse somewhere in the face. */
function ellipse(random: Random): Point[] {
  const cx = random.uniform(0.3, 0.7);
  const cy = random.uniform(0.25, 0.8);
  const rx = random.uniform(0.15, 0.4);
  const ry = random.uniform(0.15, 0.4);
  return Array.from({ length: 9 }, (_, i) => {
    const angle = ((i + random.uniform(-0.3, 0.3)) / 9) * 2 * Math.PI;
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)] as const;
  });
}

/** How far from its middle a bent and stretched outline can reach, a direction. */
function reachOf(outline: readonly Point[], middle: Point, stretch: number): Point {
  const reach = (axis: 0 | 1) =>
    stretch * Math.max(...outline.map((point) => Math.abs(point[axis] - middle[axis]))) +
    2 * MAX_BEND;
  return [reach(0), reach(1)];
}

function middleOf(outline: readonly Point[]): Point {
  const sum = outline.reduce(([sx, sy], [x, y]) => [sx + x, sy + y] as const, [0, 0] as Point);
  return [sum[0] / outline.length, sum[1] / outline.length];
}

function isInside(outline: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (let i = 0, j = outline.length - 1; i < outline.length; j = i++) {
    const [xi, yi] = outline[i] as Point;
    const [xj, yj] = outline[j] as Point;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}

/** Box blur of a square, rows then columns; edges repeated. */
export function boxBlur(square: Float32Array, size: number, radius: number): Float32Array {
  if (radius === 0) return square;
  const width = 2 * radius + 1;
  const pass = (from: Float32Array, along: number, across: number) => {
    const to = new Float32Array(from.length);
    for (let line = 0; line < size; line++) {
      const base = line * across;
      let sum = 0;
      for (let k = -radius; k <= radius; k++)
        sum += from[base + Math.min(Math.max(k, 0), size - 1) * along]!;
      for (let i = 0; i < size; i++) {
        to[base + i * along] = sum / width;
        sum += from[base + Math.min(i + radius + 1, size - 1) * along]!;
        sum -= from[base + Math.max(i - radius, 0) * along]!;
      }
    }
    return to;
  };
  return pass(pass(square, 1, size), size, 1);
}

/** Draws one mask, `size * size` values 0–1, for the face's own piece. */
export function drawMask(random: Random, face: Face): { mask: Float32Array; family: MaskFamily } {
  const [family] = random.weighted(FAMILY_WEIGHTS, ([, weight]) => weight);
  const outline = outlineOf(random, face, family);
  const middle = middleOf(outline);
  const [bx, by, bw, bh] = face.box;

  // The bending field: two random plane waves a direction.
  const waves = Array.from({ length: 4 }, () => ({
    fx: random.uniform(-1.5, 1.5),
    fy: random.uniform(-1.5, 1.5),
    phase: random.uniform(0, 2 * Math.PI),
    size: random.uniform(0, MAX_BEND),
  }));
  const bend = (x: number, y: number, from: number) => {
    let sum = 0;
    for (let i = from; i < from + 2; i++) {
      const { fx, fy, phase, size } = waves[i]!;
      sum += size * Math.sin(2 * Math.PI * (fx * x + fy * y) + phase);
    }
    return sum;
  };
  const stretch = random.uniform(0.88, 1.1);
  const cell = face.size / GRID;
  const reach = reachOf(outline, middle, stretch);
  const grid = new Float32Array(GRID * GRID);
  for (let gy = 0; gy < GRID; gy++)
    for (let gx = 0; gx < GRID; gx++) {
      const x = ((gx + 0.5) * cell - bx) / bw;
      const y = ((gy + 0.5) * cell - by) / bh;
      if (Math.abs(x - middle[0]) > reach[0] || Math.abs(y - middle[1]) > reach[1]) continue;
      const px = (x + bend(x, y, 0) - middle[0]) / stretch + middle[0];
      const py = (y + bend(x, y, 2) - middle[1]) / stretch + middle[1];
      if (isInside(outline, px, py)) grid[gy * GRID + gx] = 1;
    }
  // The sharpest masks too are blurred once, or the grid's stairs would be learnt as a cue.
  const radius = random.integer(5);
  const once = boxBlur(grid, GRID, Math.max(1, radius));
  const blurred = boxBlur(once, GRID, radius);
  return { mask: enlarge(blurred, face.size), family };
}

/** Bilinear enlargement of the grid. */
function enlarge(grid: Float32Array, size: number): Float32Array {
  const mask = new Float32Array(size * size);
  const scale = GRID / size;
  for (let y = 0, to = 0; y < size; y++) {
    const sy = Math.min(Math.max((y + 0.5) * scale - 0.5, 0), GRID - 1.001);
    const y0 = Math.floor(sy);
    const fy = sy - y0;
    for (let x = 0; x < size; x++, to++) {
      const sx = Math.min(Math.max((x + 0.5) * scale - 0.5, 0), GRID - 1.001);
      const x0 = Math.floor(sx);
      const fx = sx - x0;
      const i = y0 * GRID + x0;
      const top = grid[i]! * (1 - fx) + grid[i + 1]! * fx;
      const bottom = grid[i + GRID]! * (1 - fx) + grid[i + GRID + 1]! * fx;
      mask[to] = top * (1 - fy) + bottom * fy;
    }
  }
  return mask;
}

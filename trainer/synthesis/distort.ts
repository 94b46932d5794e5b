// Small changes to one side of a blend: what a forger's pipeline does to the face it pastes.
import { resampleSquare } from "../../model/student/crop";
import type { Random } from "../random";
import { asPixels, type Face } from "./face";

type Triple = [number, number, number];

/** Gain and shift of each channel, contrast about mid-grey, and saturation. */
export function shiftColour(random: Random, face: Face, strength: number): Face {
  const gains = [0, 1, 2].map(() => 1 + strength * random.uniform(-0.15, 0.15));
  const shifts = [0, 1, 2].map(() => strength * random.uniform(-20, 20));
  const contrast = 1 + strength * random.uniform(-0.2, 0.2);
  const saturation = 1 + strength * random.uniform(-0.4, 0.4);
  // All of it is linear: what each channel takes of the three, and a shift.
  const luma = [0.299, 0.587, 0.114];
  const chroma = contrast * saturation;
  const rows = [0, 1, 2].map((c) =>
    luma.map((weight, k) => ((contrast - chroma) * weight + (c === k ? chroma : 0)) * gains[k]!),
  );
  const lumaShift = luma.reduce((sum, weight, k) => sum + weight * shifts[k]!, 0);
  const offsets = shifts.map(
    (shift) => (contrast - chroma) * lumaShift + chroma * shift + 128 * (1 - contrast),
  );
  const [[rr, rg, rb], [gr, gg, gb], [br, bg, bb]] = rows as [Triple, Triple, Triple];
  const [dr, dg, db] = offsets as Triple;
  const data = new Uint8ClampedArray(face.data.length);
  for (let i = 0; i < data.length; i += 3) {
    const r = face.data[i]!;
    const g = face.data[i + 1]!;
    const b = face.data[i + 2]!;
    data[i] = rr * r + rg * g + rb * b + dr;
    data[i + 1] = gr * r + gg * g + gb * b + dg;
    data[i + 2] = br * r + bg * g + bb * b + db;
  }
  return { ...face, data };
}

/** Reduces by `factor` and enlarges back: the resolution of a generator's output. */
export function dropResolution(face: Face, factor: number): Face {
  const small = Math.max(12, Math.round(face.size / factor));
  const whole = (size: number) => ({ x: 0, y: 0, size });
  const reduced = resampleSquare(asPixels(face), whole(face.size), small);
  const data = resampleSquare(
    { data: reduced, width: small, height: small, channels: 3 },
    whole(small),
    face.size,
  );
  return { ...face, data };
}

/** 3×3 binomial blur mixed in by `amount` (negative: unsharp masking). */
export function blurOrSharpen(face: Face, amount: number): Face {
  const { data, size } = face;
  const line = size * 3;
  const rows = new Float32Array(data.length);
  for (let y = 0; y < size; y++) {
    const base = y * line;
    for (let i = 0; i < line; i++) {
      const left = i >= 3 ? i - 3 : i;
      const right = i < line - 3 ? i + 3 : i;
      rows[base + i] = (data[base + left]! + 2 * data[base + i]! + data[base + right]!) / 4;
    }
  }
  const result = new Uint8ClampedArray(data.length);
  for (let y = 0; y < size; y++) {
    const base = y * line;
    const up = y > 0 ? base - line : base;
    const down = y < size - 1 ? base + line : base;
    for (let i = 0; i < line; i++) {
      const blurred = (rows[up + i]! + 2 * rows[base + i]! + rows[down + i]!) / 4;
      result[base + i] = data[base + i]! + amount * (blurred - data[base + i]!);
    }
  }
  return { ...face, data: result };
}

/** Gaussian noise of the given standard deviation, grey or per channel. */
export function addNoise(random: Random, face: Face, sigma: number): Face {
  const grey = random.chance(0.5);
  // Drawing 100,000 normals is slow; a table read at random places looks the same.
  const table = Float32Array.from({ length: 4096 }, () => random.normal() * sigma);
  const data = new Uint8ClampedArray(face.data.length);
  let state = random.integer(0x7fffffff) | 1;
  for (let i = 0; i < data.length; i += 3) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    const first = table[state >>> 20]!;
    data[i] = face.data[i]! + first;
    data[i + 1] = face.data[i + 1]! + (grey ? first : table[(state >>> 8) & 4095]!);
    data[i + 2] = face.data[i + 2]! + (grey ? first : table[(state >>> 14) & 4095]!);
  }
  return { ...face, data };
}

/** A slight shift and scale: the paste never lands quite where the face was. */
export function displace(random: Random, face: Face): Face {
  const scale = random.uniform(0.95, 1.06);
  const size = face.size * scale;
  const slack = 0.03 * face.size;
  const square = {
    x: (face.size - size) / 2 + random.uniform(-slack, slack),
    y: (face.size - size) / 2 + random.uniform(-slack, slack),
    size,
  };
  return { ...face, data: resampleSquare(asPixels(face), square, face.size) };
}

import { describe, expect, it } from "vitest";
import {
  cropFace,
  faceSquare,
  type Pixels,
  resampleReach,
  resampleSquare,
} from "../../model/student/crop";
import { sharpness } from "../../model/student/sharpness";

/** A picture whose red is x, green y, blue constant. */
function ramp(width: number, height: number, channels: 3 | 4): Pixels {
  const data = new Uint8ClampedArray(width * height * channels);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set([x, y, 77, 0].slice(0, channels), (y * width + x) * channels);
  return { data, width, height, channels };
}

/** Neighbours that have nothing to do with each other. */
const noise = (_: unknown, i: number) => Math.imul(i + 1, 0x9e3779b1) >>> 24;

describe("faceSquare", () => {
  it("keeps the centre and scales the longer side", () => {
    expect(faceSquare([10, 20, 40, 60], 1.5)).toEqual({ x: -15, y: 5, size: 90 });
  });
});

describe("resampleSquare", () => {
  it("copies pixels when nothing is scaled, whatever the alpha", () => {
    for (const channels of [3, 4] as const) {
      const rgb = resampleSquare(ramp(32, 32, channels), { x: 4, y: 6, size: 16 }, 16);
      expect([...rgb.slice(0, 6)]).toEqual([4, 6, 77, 5, 6, 77]);
      expect([...rgb.slice(-3)]).toEqual([19, 21, 77]);
    }
  });

  it("repeats edge pixels outside the picture", () => {
    const rgb = resampleSquare(ramp(16, 16, 3), { x: -8, y: 8, size: 16 }, 16);
    expect([...rgb.slice(0, 3)]).toEqual([0, 8, 77]);
    expect([...rgb.slice(-3)]).toEqual([7, 15, 77]);
  });

  it("averages when reducing, so that a fine checkerboard turns grey (but for the repeated edge)", () => {
    const size = 64;
    const data = new Uint8ClampedArray(size * size * 4);
    for (let i = 0; i < size * size; i++)
      data.fill((i + Math.floor(i / size)) % 2 ? 255 : 0, i * 4, i * 4 + 4);
    const source: Pixels = { data, width: size, height: size, channels: 4 };
    const rgb = resampleSquare(source, { x: 0, y: 0, size }, 8);
    for (const value of rgb) expect(Math.abs(value - 127.5)).toBeLessThan(5);
  });

  it("keeps a constant constant at any scale and place", () => {
    const source: Pixels = {
      data: new Uint8Array(20 * 12 * 3).fill(131),
      width: 20,
      height: 12,
      channels: 3,
    };
    for (const square of [
      { x: -30.3, y: -7.7, size: 55.5 },
      { x: 3.3, y: 2.2, size: 4.4 },
      { x: 100, y: 100, size: 5 },
    ])
      expect(new Set(resampleSquare(source, square, 9))).toEqual(new Set([131]));
  });

  it("refuses empty pictures and squares that are no numbers", () => {
    const empty: Pixels = { data: new Uint8Array(0), width: 0, height: 0, channels: 3 };
    expect(() => resampleSquare(empty, { x: 0, y: 0, size: 4 }, 4)).toThrow(RangeError);
    const square = { x: Number.NaN, y: 0, size: 4 };
    expect(() => resampleSquare(ramp(4, 4, 3), square, 4)).toThrow(RangeError);
    expect(() => resampleSquare(ramp(4, 4, 3), { x: 0, y: 0, size: 0 }, 4)).toThrow(RangeError);
  });

  it.each([40, 90])("reads no farther than its reach (%i pixels across)", (size) => {
    const source = {
      ...ramp(160, 160, 3),
      data: Uint8Array.from({ length: 160 * 160 * 3 }, noise),
    };
    const square = { x: 31, y: 25.7, size };
    const reach = resampleReach(square, 48);
    const cutOut = (by: number): Uint8ClampedArray => {
      const from = [Math.floor(square.x - by), Math.floor(square.y - by)] as const;
      const to = [Math.ceil(square.x + size + by), Math.ceil(square.y + size + by)] as const;
      const [width, height] = [to[0] - from[0], to[1] - from[1]];
      const data = new Uint8ClampedArray(width * height * 3);
      for (let y = 0; y < height; y++) {
        const start = ((from[1] + y) * source.width + from[0]) * 3;
        data.set(source.data.subarray(start, start + width * 3), y * width * 3);
      }
      const inside = { x: square.x - from[0], y: square.y - from[1], size };
      return resampleSquare({ data, width, height, channels: 3 }, inside, 48);
    };
    const whole = resampleSquare(source, square, 48);
    expect(cutOut(reach)).toEqual(whole);
    expect(cutOut(0)).not.toEqual(whole);
  });

  it("is quick enough for a face a frame", () => {
    const source = ramp(400, 400, 4);
    const times = Array.from({ length: 20 }, () => {
      const start = performance.now();
      cropFace(source, [100, 100, 200, 200], 1.3, 160);
      return performance.now() - start;
    });
    // Some 3 ms where it was written; the bound only catches a slip into something else.
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

describe("sharpness", () => {
  it("is zero on a plain picture and falls with blur", () => {
    const size = 64;
    const noise = new Uint8Array(size * size * 3);
    let state = 7;
    for (let i = 0; i < noise.length; i++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      noise[i] = state >>> 24;
    }
    const source: Pixels = { data: noise, width: size, height: size, channels: 3 };
    const half = resampleSquare(source, { x: 0, y: 0, size }, size / 2);
    const blurred = resampleSquare(
      { data: half, width: size / 2, height: size / 2, channels: 3 },
      { x: 0, y: 0, size: size / 2 },
      size,
    );
    expect(sharpness(new Uint8Array(size * size * 3).fill(9), size)).toBeCloseTo(0, 6);
    expect(sharpness(blurred, size)).toBeLessThan(sharpness(noise, size) / 10);
  });
});

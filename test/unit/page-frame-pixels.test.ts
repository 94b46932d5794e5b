import { expect, test } from "vitest";
import {
  clampBox,
  isBlack,
  reducedSize,
  repeatEdges,
} from "../../entrypoints/page.content/video/frame-pixels";
import { sampleInterval } from "../../entrypoints/page.content/video/pace";

test.each([
  [1920, 1080, 640, 360],
  [1080, 1920, 360, 640],
  [640, 480, 480, 360],
  [320, 240, 320, 240],
  [4000, 400, 640, 64],
  [3, 9000, 1, 640],
])("reduces %i × %i to %i × %i", (width, height, reducedWidth, reducedHeight) => {
  expect(reducedSize(width, height)).toEqual([reducedWidth, reducedHeight]);
});

test("clamps a box to the frame and keeps a pixel of it", () => {
  expect(clampBox([-20, -20, 100, 100], 640, 360)).toEqual([0, 0, 80, 80]);
  expect(clampBox([600, 300, 100, 100], 640, 360)).toEqual([600, 300, 40, 60]);
  expect(clampBox([900, -400, 100, 100], 640, 360)).toEqual([639, 0, 1, 1]);
});

const pixels = (width: number, height: number, values: number[]) => ({
  width,
  height,
  rgba: new Uint32Array(values).buffer,
});

test("repeats the edges around a part", () => {
  const part = pixels(2, 2, [1, 2, 3, 4]);
  const { width, height, rgba } = repeatEdges(part, 1, 1, 4, 3);
  expect([width, height]).toEqual([4, 3]);
  expect([...new Uint32Array(rgba)]).toEqual([1, 1, 2, 2, 1, 1, 2, 2, 3, 3, 4, 4]);
  expect(repeatEdges(part, 0, 0, 2, 2)).toBe(part);
  // A part that lies wholly outside, as of a face that has left the frame.
  expect([...new Uint32Array(repeatEdges(pixels(1, 1, [7]), 40, -3, 2, 2).rgba)]).toEqual([
    7, 7, 7, 7,
  ]);
});

test("tells black from dark", () => {
  const black = 0xff000000;
  const dark = 0xff0a0000;
  expect(isBlack(pixels(16, 16, new Array(256).fill(black)))).toBe(true);
  expect(isBlack(pixels(16, 16, new Array(256).fill(dark)))).toBe(false);
});

test("samples as fast as the detector keeps up, and slower when it tells little", () => {
  const pace = { tookMs: 50, frames: 3, batteryLow: false, captured: false };
  expect(sampleInterval(pace)).toBe(300);
  expect(sampleInterval({ ...pace, tookMs: 400 })).toBe(1200);
  expect(sampleInterval({ ...pace, tookMs: 60_000 })).toBe(6000);
  expect(sampleInterval({ ...pace, frames: 30 })).toBe(1000);
  expect(sampleInterval({ ...pace, frames: 300 })).toBe(3000);
  expect(sampleInterval({ ...pace, captured: true })).toBe(1000);
  expect(sampleInterval({ ...pace, batteryLow: true })).toBe(900);
});

// What a lesson shows to whom: the teacher may see the crop before it was degraded, and blends may be
// redrawn from edge to edge.
import { describe, expect, it } from "vitest";
import { sharpness } from "../../model/student/sharpness";
import type { PicturePool } from "../../trainer/datasets/pictures";
import { LessonMaker, type LessonRecipe } from "../../trainer/distillation/lessons";
import { Random } from "../../trainer/random";
import { BatchMaker } from "../../trainer/synthesis/batch";
import { greyPool } from "./grey-pool";

const size = 64;

/** Real faces of strong texture. */
function texturedPool(count: number): PicturePool {
  const random = new Random(2);
  return greyPool(
    Array.from({ length: count }, (_, n) => ({
      row: { label: "real", source: "photos", generator: "camera", group: `g${n}` },
      greyAt: (p) => 120 + 40 * Math.sin(p / 40 + n) + 12 * random.normal(),
    })),
  );
}

const pool = texturedPool(12);
const COMMON = { swapShare: 0, inputSize: size, cropMargin: 1.3, seed: 4 };

const lesson = (rest: Partial<LessonRecipe> = {}) =>
  new LessonMaker(pool.bytes, pool.pictures, {
    ...COMMON,
    faces: 12,
    blends: 12,
    videoLike: 1,
    ...rest,
  }).make(0);

const perCrop = size * size * 3;
const valueAt = (pixels: Uint8Array, at: number, channel: number) => pixels[3 * at + channel] ?? 0;
const crop = (pixels: Uint8Array, n: number) => pixels.subarray(n * perCrop, (n + 1) * perCrop);

describe("a lesson", () => {
  it("shows the teacher the same crops before they were degraded", async () => {
    const { pixels, teacherPixels } = await lesson({ teacherView: "undegraded" });
    if (!teacherPixels) throw new Error("there are none");
    const mean = (of: Uint8Array) => of.reduce((sum, value) => sum + value, 0) / of.length;
    const range = (of: Uint8Array) => {
      const all = Array.from({ length: 12 }, (_, n) => sharpness(crop(of, n), size));
      return Math.max(...all) / Math.min(...all);
    };
    for (let n = 0; n < 24; n++)
      expect(Math.abs(mean(crop(pixels, n)) - mean(crop(teacherPixels, n)))).toBeLessThan(4);
    // All faces have one texture; degraded, each has lost another part of it.
    expect(range(teacherPixels)).toBeLessThan(4);
    expect(range(pixels)).toBeGreaterThan(8);
  });

  it("shows the teacher the face before its own surroundings, the student before others", async () => {
    const away = { surroundings: 1, videoLike: 0, smoothed: 0 };
    const together = await lesson({ ...away, teacherView: "undegraded" });
    const apart = await lesson({ ...away, teacherView: "untouched" });
    const own = await lesson({ videoLike: 0, teacherView: "untouched" });
    expect(apart.pixels).toEqual(together.pixels);
    expect(apart.teacherPixels).not.toEqual(together.teacherPixels);
    // Corners are what stands around, the middle is the face.
    const gap = (a: Uint8Array, b: Uint8Array, at: number) => {
      const gaps = [0, 1, 2].map((c) => Math.abs(valueAt(a, at, c) - valueAt(b, at, c)));
      return Math.max(...gaps);
    };
    const middle = (size / 2) * size + size / 2;
    const moved = { corner: 0, middle: 0 };
    for (let n = 0; n < 12; n++) {
      const seen = crop(apart.teacherPixels ?? new Uint8Array(), n);
      const shared = crop(together.teacherPixels ?? new Uint8Array(), n);
      moved.corner += gap(seen, shared, 0);
      moved.middle += gap(seen, shared, middle);
    }
    expect(moved.corner).toBeGreaterThan(12 * 10);
    expect(moved.middle).toBeLessThan(12);
    // Where no face stands before others, there is nothing to tell the two views apart.
    const same = await lesson({ videoLike: 0, teacherView: "undegraded" });
    expect(own.teacherPixels).toEqual(same.teacherPixels);
  });

  it("shows the teacher crops of the teacher's own size", async () => {
    const plain = await lesson({ videoLike: 0, teacherView: "undegraded" });
    const small = await lesson({
      videoLike: 0,
      teacherView: "undegraded",
      inputSize: size / 2,
      teacherSizes: [size],
    });
    expect(small.teacherPixels).toEqual(plain.teacherPixels);
    expect(small.pixels).toHaveLength(24 * (size / 2) ** 2 * 3);
    const both = await lesson({
      videoLike: 0,
      teacherView: "undegraded",
      teacherSizes: [size / 2, size],
    });
    expect(both.teacherPixels?.subarray(small.pixels.length)).toEqual(plain.teacherPixels);
    const halved = await lesson({
      videoLike: 0,
      teacherView: "undegraded",
      teacherSizes: [size / 2],
    });
    expect(both.teacherPixels?.subarray(0, small.pixels.length)).toEqual(halved.teacherPixels);
  });

  it("is what it was where nobody asks for either", async () => {
    const plain = await lesson();
    expect(plain).not.toHaveProperty("teacherPixels");
    expect(await lesson({ teacherView: "same", redrawnShare: 0 })).toEqual(plain);
    const { pixels } = await lesson({ teacherView: "undegraded" });
    expect(pixels).toEqual(plain.pixels);
  });

  it("redraws its blends where it is asked to", async () => {
    const [blended, redrawn] = [
      await lesson(),
      await lesson({ redrawnShare: 1, teacherView: "undegraded" }),
    ];
    // The original comes out as sharp as its redrawing, whatever that takes.
    const { teacherPixels = new Uint8Array() } = redrawn;
    const octaves = Array.from({ length: 12 }, (_, n) => {
      const [original, fake] = [n, 12 + n].map((at) => sharpness(crop(teacherPixels, at), size));
      return Math.abs(Math.log2((fake as number) / (original as number)));
    });
    expect(octaves.sort((a, b) => a - b)[6]).toBeLessThan(0.6);
    expect(crop(redrawn.pixels, 12)).not.toEqual(crop(blended.pixels, 12));
  });
});

describe("a batch", () => {
  const batch = (rest: { redrawnShare?: number } = {}) =>
    new BatchMaker(pool.bytes, pool.pictures, {
      ...COMMON,
      pairs: 8,
      labelled: 0,
      generatedShare: 0,
      videoLike: 0,
      mapSize: 4,
      ...rest,
    }).make(0);

  it("marks what is redrawn as manipulated from edge to edge", async () => {
    const { masks, labels } = await batch({ redrawnShare: 1 });
    for (let n = 0; n < 16; n++) {
      const cells = masks.subarray(n * 16, (n + 1) * 16);
      expect(cells.every((cell) => cell === labels[n])).toBe(true);
    }
    const blends = await batch();
    expect(blends.masks.subarray(16, 32).every((cell) => cell === 1)).toBe(false);
  });

  it("is what it was where nobody asks for it", async () => {
    expect(await batch({ redrawnShare: 0 })).toEqual(await batch());
  });
});

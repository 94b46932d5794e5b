// Crops laid over each other: what the student and the teacher are asked of is one picture.
import { describe, expect, it } from "vitest";
import { LessonMaker, type LessonRecipe } from "../../trainer/distillation/lessons";
import { drawMixtures, mixCrops } from "../../trainer/distillation/mixed";
import { Random } from "../../trainer/random";
import { greyPool } from "./grey-pool";

describe("mixed crops", () => {
  it("are drawn as often as asked, never with themselves, at every amount", () => {
    const all = Array.from({ length: 500 }, (_, seed) =>
      drawMixtures(new Random(seed), 8, 0.25),
    ).flat();
    expect(all.length / (500 * 8)).toBeCloseTo(0.25, 1);
    expect(all.every(({ slot, other }) => slot !== other && other >= 0 && other < 8)).toBe(true);
    expect(new Set(all.map(({ slot, other }) => (other - slot + 8) % 8)).size).toBe(7);
    const amounts = all.map(({ amount }) => amount);
    expect(Math.min(...amounts)).toBeLessThan(0.02);
    expect(Math.max(...amounts)).toBeGreaterThan(0.98);
  });

  it("are none where nobody asks, or where there is no other crop", () => {
    const random = new Random(1);
    expect(drawMixtures(random, 8, 0)).toEqual([]);
    expect(random.uniform(0, 1)).toBe(new Random(1).uniform(0, 1));
    expect(drawMixtures(random, 1, 1)).toEqual([]);
  });

  it("are mixed with the other as it was, whichever is mixed first", () => {
    const crops = Uint8Array.from([0, 100, 200, 40, 7, 7]);
    mixCrops(crops, 3, [
      { slot: 0, other: 1, amount: 0.25 },
      { slot: 1, other: 0, amount: 0.5 },
    ]);
    expect([...crops]).toEqual([50, 85, 100, 70, 7, 7]);
  });
});

describe("a lesson with mixed crops", () => {
  const pool = greyPool(
    Array.from({ length: 6 }, (_, n) => ({
      row: {
        label: n % 2 ? "fake" : "real",
        source: "photos",
        generator: "camera",
        group: `g${n}`,
      },
      greyAt: () => 20 + 40 * n,
    })),
  );
  const n = 6;
  const lesson = (rest: Partial<LessonRecipe>) =>
    new LessonMaker(pool.bytes, pool.pictures, {
      faces: n,
      blends: 0,
      swapShare: 0,
      videoLike: 1,
      inputSize: 32,
      cropMargin: 1.3,
      seed: 4,
      teacherView: "undegraded",
      teacherSizes: [32, 48],
      ...rest,
    }).make(0);
  const means = (crops: Uint8Array, from: number, side: number) =>
    Array.from({ length: n }, (_, i) => {
      const size = side * side * 3;
      const crop = crops.subarray(from + i * size, from + (i + 1) * size);
      return crop.reduce((sum, value) => sum + value, 0) / size;
    });

  it("lays the same crop over student's and teachers', and takes its label", async () => {
    const [plain, mixed] = [await lesson({}), await lesson({ mixed: 0.5 })];
    const own = means(mixed.teacherPixels as Uint8Array, 0, 32);
    const larger = means(mixed.teacherPixels as Uint8Array, n * 32 * 32 * 3, 48);
    const seen = means(mixed.pixels, 0, 32);
    const before = means(plain.pixels, 0, 32);
    const changed = seen.map((grey, i) => Math.abs(grey - (before[i] as number)) > 0.01);
    expect(changed).toContain(true);
    expect(changed).toContain(false);
    for (let i = 0; i < n; i++) {
      // Degrading leaves a flat crop's grey where it was, but for a few levels.
      expect(Math.abs((seen[i] as number) - (own[i] as number))).toBeLessThan(4);
      expect(Math.abs((seen[i] as number) - (larger[i] as number))).toBeLessThan(4);
      expect(mixed.known[i]).toBe(changed[i] ? 0 : 1);
      expect(mixed.labels[i]).toBe(changed[i] ? 0 : plain.labels[i]);
    }
  });

  it("is what it was where none are", async () => {
    expect(await lesson({ mixed: 0 })).toEqual(await lesson({}));
  });
});

// Fine texture taken from both of a pair, as denoisers and beauty filters take it from real faces too.
import { describe, expect, it } from "vitest";
import { sharpness } from "../../model/student/sharpness";
import { LessonMaker } from "../../trainer/distillation/lessons";
import { Random } from "../../trainer/random";
import {
  augmentFace,
  drawAugmentation,
  NO_AUGMENTATION,
  undegraded,
} from "../../trainer/synthesis/augment";
import { BatchMaker } from "../../trainer/synthesis/batch";
import { faceOf } from "../../trainer/synthesis/donor";
import { greyPool } from "./grey-pool";

const random = new Random(2);
const pool = greyPool(
  Array.from({ length: 12 }, (_, n) => ({
    row: {
      label: n % 2 === 0 ? ("real" as const) : ("fake" as const),
      source: `photos-${n % 2}`,
      generator: "any",
      group: `g${n}`,
    },
    greyAt: () => 120 + 6 * random.normal(),
  })),
);
const size = 64;
const COMMON = { swapShare: 0, inputSize: size, cropMargin: 1.3, seed: 4, videoLike: 0 };

describe("a drawn augmentation", () => {
  it("smooths as often as it is asked to, and is otherwise what it was", () => {
    const drawn = (smoothed?: number) =>
      Array.from({ length: 400 }, (_, seed) => drawAugmentation(new Random(seed), 0.3, smoothed));
    const share = drawn(0.3).filter(({ smoothing }) => smoothing).length / 400;
    expect(share).toBeGreaterThan(0.22);
    expect(share).toBeLessThan(0.38);
    expect(drawn(0)).toEqual(drawn());
    const others = drawn(0.3).map(({ smoothing: _, ...rest }) => rest);
    expect(others).toEqual(drawn());
  });

  it("takes the texture of a face, and gives it back to the teacher", async () => {
    const face = faceOf(pool, pool.pictures[0]!);
    const smoothing = { radius: 0.03, contrast: 14, amount: 1 };
    const augmentation = { ...NO_AUGMENTATION, smoothing };
    const smooth = await augmentFace(new Random(1), face, augmentation);
    expect(sharpness(smooth.data, face.size)).toBeLessThan(sharpness(face.data, face.size) / 4);
    const seen = await augmentFace(new Random(1), face, undegraded(augmentation));
    expect(seen.data).toEqual(face.data);
  });
});

/** How sharp the crops of a batch are, one after the other. */
function sharpnesses(pixels: Uint8Array): number[] {
  const perCrop = size * size * 3;
  return Array.from({ length: pixels.length / perCrop }, (_, i) =>
    sharpness(pixels.subarray(i * perCrop, (i + 1) * perCrop), size),
  );
}

describe("smoothed batches", () => {
  const batch = (smoothed?: number) =>
    new BatchMaker(pool.bytes, pool.pictures, {
      ...COMMON,
      pairs: 0,
      labelled: 12,
      generatedShare: 0,
      mapSize: 4,
      ...(smoothed === undefined ? {} : { smoothed }),
    }).make(0);

  it("smooth both of a pair alike", async () => {
    const [plain, smooth] = [await batch(), await batch(1)].map(({ pixels }) =>
      sharpnesses(pixels),
    );
    const sum = (values: number[] = []) => values.reduce((a, b) => a + b, 0);
    expect(sum(smooth)).toBeLessThan(0.8 * sum(plain));
    for (let pair = 0; pair < 12; pair++) {
      const [real = 0, fake = 0] = smooth?.slice(2 * pair) ?? [];
      expect(Math.abs(Math.log2(fake / real)), `pair ${pair}`).toBeLessThan(1);
    }
  });

  it("are what they were where nobody asks", async () => {
    expect(await batch(0)).toEqual(await batch());
    const lesson = (rest = {}) =>
      new LessonMaker(pool.bytes, pool.pictures, { ...COMMON, faces: 8, blends: 4, ...rest }).make(
        0,
      );
    expect(await lesson({ smoothed: 0 })).toEqual(await lesson());
    expect((await lesson({ smoothed: 1 })).pixels).not.toEqual((await lesson()).pixels);
  });
});

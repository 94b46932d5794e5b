// The figures of the coarse map, with students whose maps are known: one that is told where a blend
// differs from its original, one that points away from it, one that points nowhere.
import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Student } from "../../model/package/student";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures, type PicturePool } from "../../trainer/datasets/pictures";
import { type BlendFigures, blendFigures } from "../../trainer/evaluation/blends";
import { intervals } from "../../trainer/evaluation/bootstrap";
import { CARD } from "./evaluation-fixture";
import { stripedData } from "./striped-data";

let folder = "";
let pool: PicturePool;
beforeAll(async () => {
  folder = await stripedData({ train: 120 });
  pool = await loadPictures(folder, await readManifest(folder));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const size = CARD.inputSize;
const side = 8;

/** A student that sees pairs as `blendFigures` hands them over: a real face, then its blend. */
function studentOf(cellLogit: (difference: number) => number): Student {
  return {
    card: CARD,
    dispose: () => {},
    predict: async (pixels) => {
      const perCrop = size * size * 3;
      const n = pixels.length / perCrop;
      const maps = new Float32Array(n * side * side);
      for (let i = 1; i < n; i += 2) {
        const differences = new Float32Array(side * side);
        for (let p = 0; p < perCrop; p++) {
          const pixel = Math.floor(p / 3);
          const x = Math.floor(((pixel % size) * side) / size);
          const y = Math.floor((Math.floor(pixel / size) * side) / size);
          differences[y * side + x]! += Math.abs(
            (pixels[i * perCrop + p] as number) - (pixels[(i - 1) * perCrop + p] as number),
          );
        }
        maps.set(differences.map(cellLogit), i * side * side);
      }
      return {
        logits: Float32Array.from({ length: n }, (_, i) => i % 2),
        maps,
        mapSize: [side, side],
      };
    },
  };
}

const measured = async (student: Student): Promise<BlendFigures> => {
  const figures = await blendFigures(student, pool, intervals(50, 1));
  if (!figures) throw new Error("there were no reals to blend");
  return figures;
};

describe("the coarse map", () => {
  it("scores high where it follows the manipulation, and low where it points away", async () => {
    const told = await measured(studentOf((difference) => difference));
    const away = await measured(studentOf((difference) => -difference));
    expect(told.pairs).toBe(60);
    expect(told.auc.value).toBe(1);
    // Some blends keep the masked part and change the rest of the face, so not even this map is perfect.
    expect(told.pixelAuc.value).toBeGreaterThan(0.75);
    expect(told.cellAuc.value).toBeGreaterThan(0.75);
    expect(told.pointing.value).toBeGreaterThan(told.pointingByChance + 0.3);
    expect(away.pixelAuc.value).toBeCloseTo(1 - told.pixelAuc.value, 6);
    expect(away.cellAuc.value).toBeCloseTo(1 - told.cellAuc.value, 6);
    expect(told.pixelAuc.low).toBeLessThan(told.pixelAuc.value);
    expect(told.pixelAuc.high).toBeGreaterThan(told.pixelAuc.value);
  });

  it("is at chance where it says nothing", async () => {
    const silent = await measured(studentOf(() => 0));
    expect(silent.pixelAuc.value).toBe(0.5);
    expect(silent.cellAuc.value).toBe(0.5);
  });

  it("takes every group once before any comes again", async () => {
    const { groups, pairs } = await measured(studentOf(() => 0));
    expect(groups).toBe(30);
    expect(pairs).toBe(60);
  });
});

describe("a split without real pictures", () => {
  it("has no blends", async () => {
    const fakes = { ...pool, pictures: pool.pictures.filter(({ row }) => row.label === "fake") };
    expect(
      await blendFigures(
        studentOf(() => 0),
        fakes,
        intervals(10, 1),
      ),
    ).toBeNull();
  });
});

import { describe, expect, it } from "vitest";
import { Random } from "../../trainer/random";
import { drawFake } from "../../trainer/synthesis/draw-fake";
import type { Face } from "../../trainer/synthesis/face";
import { guidedFilter, retouchFace } from "../../trainer/synthesis/retouch";

const size = 96;

/** Grain of the given deviation on both sides of a step of 120 levels. */
function grainyStep(deviation: number): Float32Array {
  const random = new Random(5);
  return Float32Array.from(
    { length: size ** 2 },
    (_, i) => (i % size < size / 2 ? 60 : 180) + deviation * random.normal(),
  );
}

function deviationOf(plane: Float32Array, fromColumn: number, toColumn: number): number {
  const values = [...plane].filter((_, i) => i % size >= fromColumn && i % size < toColumn);
  const mean = values.reduce((a, b) => a + b, 0) / values.length;
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
}

function faceOf(plane: Float32Array): Face {
  const data = new Uint8ClampedArray(size ** 2 * 3);
  plane.forEach((value, i) => {
    data.fill(value, 3 * i, 3 * i + 3);
  });
  return { data, size, box: [20, 20, 56, 56] };
}

describe("the guided filter", () => {
  it("flattens grain and keeps an edge", () => {
    const plane = grainyStep(5);
    const filtered = guidedFilter(plane, size, 3, 200);
    expect(deviationOf(filtered, 5, 40)).toBeLessThan(0.35 * deviationOf(plane, 5, 40));
    const row = 48 * size;
    expect(filtered[row + size / 2]! - filtered[row + size / 2 - 1]!).toBeGreaterThan(100);
  });

  it("leaves a plane alone whose variance lies far above epsilon", () => {
    const plane = grainyStep(40);
    const filtered = guidedFilter(plane, size, 3, 1);
    const most = Math.max(...plane.map((value, i) => Math.abs(filtered[i]! - value)));
    expect(most).toBeLessThan(1);
  });
});

describe("a retouched face", () => {
  const face = faceOf(grainyStep(6));

  it("differs from its target under the mask and nowhere else", () => {
    for (let seed = 0; seed < 12; seed++) {
      const { face: retouched, target, mask } = retouchFace(new Random(seed), face);
      expect(target).toBe(face);
      let changed = 0;
      mask.forEach((share, p) => {
        const difference = Math.abs(retouched.data[3 * p]! - face.data[3 * p]!);
        if (share === 0) expect(difference).toBe(0);
        else changed += difference;
      });
      expect(changed).toBeGreaterThan(0);
    }
  });

  it("is sometimes whole and sometimes a part, as generators and filters do", () => {
    const areas = Array.from({ length: 20 }, (_, seed) =>
      retouchFace(new Random(seed), face).mask.every((share) => share === 1),
    );
    expect(new Set(areas)).toEqual(new Set([true, false]));
  });

  it("comes as often as the recipe says, and a donor is cut only for swaps", () => {
    let donors = 0;
    const kinds = { whole: 0, same: 0 };
    const draw = (retouchShare: number, swapShare: number) => {
      const random = new Random(9);
      for (let i = 0; i < 40; i++) {
        const fake = drawFake(random, face, { retouchShare, swapShare }, () => {
          donors++;
          return face;
        });
        if (fake.mask.every((share) => share === 1)) kinds.whole++;
        else kinds.same++;
      }
    };
    draw(1, 1);
    expect(donors).toBe(0);
    expect(kinds.whole).toBeGreaterThan(8);
    draw(0, 1);
    expect(donors).toBe(40);
  });
});

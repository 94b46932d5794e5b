import { describe, expect, it } from "vitest";
import { CONDITIONS } from "../../trainer/evaluation/robustness/conditions";
import { h264Frames, NoH264Error } from "../../trainer/evaluation/robustness/h264";
import { Random } from "../../trainer/random";
import type { Face } from "../../trainer/synthesis/face";

/** Smooth colour with fine stripes in the middle. */
function drawn(size: number, seed: number): Face {
  const random = new Random(seed);
  const [fx, fy] = [random.uniform(0.02, 0.08), random.uniform(0.02, 0.08)];
  const data = new Uint8ClampedArray(size * size * 3);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++)
      for (let c = 0; c < 3; c++) {
        const inside = Math.abs(x - size / 2) < size / 4 && Math.abs(y - size / 2) < size / 4;
        const stripes = inside && x % 2 ? 30 : 0;
        data[(y * size + x) * 3 + c] = 110 + 50 * Math.sin(fx * x + fy * y + c) + stripes;
      }
  return { data, size, box: [size / 4, size / 4, size / 2, size / 2] };
}

/** Root mean square of the difference, of 255. */
function distance(a: Face, b: Face): number {
  const sum = a.data.reduce((total, value, i) => total + (value - b.data[i]!) ** 2, 0);
  return Math.sqrt(sum / a.data.length);
}

const faces = [drawn(101, 1), drawn(64, 2), drawn(101, 3)];
const after = async (name: string): Promise<Face[]> => {
  const condition = CONDITIONS.find((one) => one.name === name);
  if (!condition) throw new Error(`there is no condition "${name}"`);
  return condition.apply(faces);
};
const pictures = CONDITIONS.filter(({ family }) => family !== "H.264");

describe.each(pictures)("$name", (condition) => {
  it("changes every picture, repeats itself, and keeps box and picture together", async () => {
    const changed = await condition.apply(faces);
    const again = await condition.apply(faces);
    changed.forEach((face, i) => {
      const before = faces[i] as Face;
      expect(face.data.length).toBe(face.size ** 2 * 3);
      expect(face.data).toEqual(again[i]?.data);
      expect(face.box[2] / face.size).toBeCloseTo(before.box[2] / before.size, 6);
      if (face.size === before.size) expect(distance(face, before)).toBeGreaterThan(0.3);
    });
  });
});

describe("the grid", () => {
  it("hurts more where it says so", async () => {
    const loss = async (name: string) => distance((await after(name))[0] as Face, faces[0] as Face);
    expect(await loss("JPEG 40")).toBeGreaterThan(await loss("JPEG 90"));
    expect(await loss("WebP 35 (VP8 key frame)")).toBeGreaterThan(
      await loss("WebP 75 (VP8 key frame)"),
    );
    expect(await loss("Gaussian blur σ 2 px")).toBeGreaterThan(
      await loss("Gaussian blur σ 0.5 px"),
    );
    expect(await loss("noise σ 10")).toBeGreaterThan(await loss("noise σ 5"));
    expect(await loss("noise σ 5")).toBeCloseTo(5, 0);
  });

  it("rescales a screenshot and its box, and brings half size back", async () => {
    expect((await after("screenshot ×0.75")).map(({ size }) => size)).toEqual([76, 48, 76]);
    expect((await after("screenshot ×1.25"))[1]).toMatchObject({ size: 80, box: [20, 20, 40, 40] });
    expect((await after("half size and back")).map(({ size }) => size)).toEqual([101, 64, 101]);
  });
});

describe("H.264", () => {
  const possible = h264Frames([drawn(32, 1)], 30).then(
    () => true,
    (error: unknown) => {
      expect(error).toBeInstanceOf(NoH264Error);
      return false;
    },
  );

  it("gives every picture back in its place, worse at a coarser quantiser", async (context) => {
    if (!(await possible)) return context.skip("no ffmpeg with H.264 here");
    const light = await h264Frames(faces, 10);
    const heavy = await h264Frames(faces, 45);
    faces.forEach((face, i) => {
      expect(light[i]?.size).toBe(face.size);
      expect(light[i]?.box).toEqual(face.box);
      // 4:2:0 chroma costs a little on the stripes; the wrong picture would cost far more.
      expect(distance(light[i] as Face, face)).toBeLessThan(10);
      expect(distance(heavy[i] as Face, face)).toBeGreaterThan(distance(light[i] as Face, face));
    });
  });

  it("does not let one picture depend on the others", async (context) => {
    if (!(await possible)) return context.skip("no ffmpeg with H.264 here");
    const [alone] = await h264Frames([faces[2] as Face], 32);
    const together = await h264Frames(faces, 32);
    expect(together[2]?.data).toEqual(alone?.data);
  });
});

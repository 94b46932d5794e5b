// Faces redrawn from edge to edge: texture goes, edges stay, and softness is not what tells the two apart.
import { describe, expect, it } from "vitest";
import { sharpness } from "../../model/student/sharpness";
import { Random } from "../../trainer/random";
import { cutFace, type Face } from "../../trainer/synthesis/face";
import { redraw } from "../../trainer/synthesis/redraw";
import { withoutTexture } from "../../trainer/synthesis/without-texture";

const side = 96;

/** A dark and a light half, both with a texture of the given deviation. */
function texturedFace(sigma: number, seed = 3): Face {
  const random = new Random(seed);
  const data = new Uint8ClampedArray(side * side * 3);
  for (let p = 0; p < side * side; p++) {
    const grey = (p % side < side / 2 ? 70 : 190) + sigma * random.normal();
    data.fill(grey, 3 * p, 3 * p + 3);
  }
  return cutFace({ data, width: side, height: side, channels: 3 }, [24, 24, 48, 48]);
}

/** Deviation of red in the left quarter, and the step from there to the right quarter. */
function textureAndStep({ data, size }: Face) {
  const quarter = (from: number) => {
    const values: number[] = [];
    for (let y = 8; y < size - 8; y++)
      for (let x = from; x < from + 16; x++) values.push(data[3 * (y * size + x)] as number);
    const mean = values.reduce((a, b) => a + b, 0) / values.length;
    const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
    return { mean, deviation: Math.sqrt(squares / values.length) };
  };
  const [left, right] = [quarter(8), quarter(size - 24)];
  return { texture: left.deviation, step: right.mean - left.mean };
}

describe("without texture", () => {
  it("flattens what is fainter than the contrast and keeps a step that is stronger", () => {
    const face = texturedFace(6);
    const before = textureAndStep(face);
    const after = textureAndStep(withoutTexture(face, 3, 15, 1));
    expect(after.texture).toBeLessThan(before.texture / 2);
    expect(after.step).toBeGreaterThan(0.95 * before.step);
    // The very edge, from one pixel to the next but one.
    const { data, size } = withoutTexture(face, 3, 15, 1);
    const middle = (size / 2) * (size + 1);
    const redAt = (pixel: number) => data[3 * pixel] as number;
    const jump = redAt(middle + 1) - redAt(middle - 2);
    expect(jump).toBeGreaterThan(0.8 * before.step);
  });

  it("leaves all as it is at amount 0, and a plain face plain", () => {
    const face = texturedFace(6);
    expect(withoutTexture(face, 3, 15, 0).data).toEqual(face.data);
    const plain = { ...face, data: new Uint8ClampedArray(face.data.length).fill(90) };
    expect(withoutTexture(plain, 2, 10, 1).data).toEqual(plain.data);
  });
});

describe("redrawn", () => {
  it("has less texture than its original, which comes out as sharp", () => {
    let lessTexture = 0;
    for (let seed = 0; seed < 20; seed++) {
      const { face, target } = redraw(new Random(seed), texturedFace(8, seed));
      const ratio = sharpness(face.data, face.size) / sharpness(target.data, target.size);
      expect(ratio, `seed ${seed}`).toBeGreaterThan(0.75);
      expect(ratio, `seed ${seed}`).toBeLessThan(1.35);
      if (textureAndStep(face).texture < textureAndStep(target).texture) lessTexture++;
    }
    expect(lessTexture).toBeGreaterThan(17);
  });

  it("is the same for the same seed, whole, and leaves the original alone", () => {
    const original = texturedFace(8);
    const bytes = original.data.slice();
    const { face, mask } = redraw(new Random(4), original);
    expect(mask.every((share) => share === 1)).toBe(true);
    expect(redraw(new Random(4), original).face.data).toEqual(face.data);
    expect(redraw(new Random(5), original).face.data).not.toEqual(face.data);
    expect(original.data).toEqual(bytes);
    expect(face.box).toEqual(original.box);
  });

  it("takes a face of sixteen pixels, and one that is all one colour", () => {
    const tiny = cutFace(
      { data: new Uint8Array(40 * 40 * 3).fill(120), width: 40, height: 40, channels: 3 },
      [16, 16, 8, 8],
    );
    for (let seed = 0; seed < 8; seed++) {
      const { face } = redraw(new Random(seed), tiny);
      expect(face.data).toHaveLength(tiny.data.length);
    }
  });
});

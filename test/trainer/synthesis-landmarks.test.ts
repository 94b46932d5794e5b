// Pseudo-fakes along landmarks: masks lie on the part they are named for, swaps bring the donor's
// pixels to the same place of the face, and nothing changes outside the mask.
import { describe, expect, test } from "vitest";
import type { PooledPicture } from "../../trainer/datasets/pictures";
import { Random } from "../../trainer/random";
import { donorFor } from "../../trainer/synthesis/donor";
import { cutFace, type Face, resizedFace } from "../../trainer/synthesis/face";
import {
  convexHull,
  MESH_TRIANGLES,
  poseDistance,
  regionHull,
} from "../../trainer/synthesis/face-regions";
import { drawMask } from "../../trainer/synthesis/mask";
import { selfBlend, swapFace } from "../../trainer/synthesis/pseudo-fake";
import { warpFace } from "../../trainer/synthesis/warp";

const size = 120;
const count = 468;

/**
 * A mesh whose triangles all face us: the oval on an ellipse, every other point in the middle of its
 * neighbours (Tutte's embedding).
 */
function drawnMesh(): Float32Array {
  const oval = [
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152,
    148, 176, 149, 150, 136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
  ];
  const neighbours = Array.from({ length: count }, () => new Set<number>());
  for (let t = 0; t < MESH_TRIANGLES.length; t += 3) {
    const corners = [...MESH_TRIANGLES.subarray(t, t + 3)];
    for (const a of corners) for (const b of corners) if (a !== b) neighbours[a]?.add(b);
  }
  const points = new Float32Array(count * 2).fill(size / 2);
  oval.forEach((point, i) => {
    const angle = (i / oval.length) * 2 * Math.PI;
    points[2 * point] = size / 2 + 32 * Math.sin(angle);
    points[2 * point + 1] = size / 2 - 40 * Math.cos(angle);
  });
  const fixed = new Set(oval);
  for (let round = 0; round < 400; round++) {
    for (let i = 0; i < count; i++) {
      const near = [...(neighbours[i] ?? [])];
      if (fixed.has(i) || near.length === 0) continue;
      for (const axis of [0, 1]) {
        points[2 * i + axis] =
          near.reduce((sum, other) => sum + points[2 * other + axis]!, 0) / near.length;
      }
    }
  }
  return points;
}

const mesh = drawnMesh();

/** A face of one colour a pixel: red says where across, green where down. */
function drawnFace(landmarks: Float32Array | undefined, blue: number): Face {
  const data = new Uint8ClampedArray(size * size * 3);
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) data.set([x * 2, y * 2, blue], (y * size + x) * 3);
  return { data, size, box: [28, 20, 64, 80], ...(landmarks ? { landmarks } : {}) };
}

const shifted = (points: Float32Array, dx: number, dy: number, scale = 1) =>
  points.map((value, i) => value * scale + (i % 2 ? dy : dx));

describe("regions", () => {
  test("have the hulls of their points", () => {
    const square = convexHull([
      [0, 0],
      [4, 0],
      [2, 1],
      [4, 4],
      [0, 4],
      [2, 2],
    ]);
    expect(new Set(square.map(String))).toEqual(new Set(["0,0", "4,0", "4,4", "0,4"]));
    const whole = regionHull(mesh, "face");
    for (const region of ["innerFace", "lowerFace", "mouth", "eyes", "nose"] as const) {
      const [xs, ys] = [0, 1].map((axis) => regionHull(mesh, region).map((point) => point[axis]!));
      expect(Math.min(...xs!)).toBeGreaterThanOrEqual(Math.min(...whole.map(([x]) => x)));
      expect(Math.max(...ys!)).toBeLessThanOrEqual(Math.max(...whole.map(([, y]) => y)));
    }
    const middle = (region: "eyes" | "nose" | "mouth") => {
      const hull = regionHull(mesh, region);
      return hull.reduce((sum, [, y]) => sum + y, 0) / hull.length;
    };
    expect(middle("eyes")).toBeLessThan(middle("nose"));
    expect(middle("nose")).toBeLessThan(middle("mouth"));
  });

  test("cover the mesh without gaps: every inner edge has two triangles", () => {
    const edges = new Map<string, number>();
    for (let t = 0; t < MESH_TRIANGLES.length; t += 3) {
      const [a, b, c] = MESH_TRIANGLES.subarray(t, t + 3);
      for (const [from, to] of [
        [a, b],
        [b, c],
        [c, a],
      ]) {
        const key = [from!, to!].sort((p, q) => p - q).join();
        edges.set(key, (edges.get(key) ?? 0) + 1);
      }
    }
    // The 36 sides of the face's oval alone have one.
    expect([...edges.values()].filter((n) => n === 1)).toHaveLength(36);
    expect([...edges.values()].filter((n) => n > 2)).toEqual([]);
  });
});

describe("masks", () => {
  test("follow the landmarks wherever the face is in its box", () => {
    const random = new Random(3);
    let sum = 0;
    for (let i = 0; i < 40; i++) {
      const { mask } = drawMask(random, drawnFace(shifted(mesh, 18, 0), 0));
      let weight = 0;
      let across = 0;
      mask.forEach((value, p) => {
        weight += value;
        across += value * (p % size);
      });
      expect(weight).toBeGreaterThan(0);
      sum += across / weight;
    }
    // Outlines in the box would lie about x = 60; these landmarks lie about 78.
    expect(Math.abs(sum / 40 - 78)).toBeLessThan(6);
  });
});

describe("swaps", () => {
  test("bring every part of the donor's face to the same part of this one", () => {
    const donor = drawnFace(shifted(mesh, 10, -6, 0.9), 255);
    const { data, covered } = warpFace(
      { ...drawnFace(mesh, 0), landmarks: mesh },
      {
        pixels: { data: donor.data, width: size, height: size, channels: 3 },
        landmarks: donor.landmarks as Float32Array,
      },
    );
    expect(covered.reduce((sum, value) => sum + value, 0)).toBeGreaterThan(0.9 * Math.PI * 32 * 40);
    for (let p = 0; p < covered.length; p++) {
      const [x, y] = [p % size, Math.floor(p / size)];
      if (covered[p] === 0) expect([...data.subarray(3 * p, 3 * p + 3)]).toEqual([2 * x, 2 * y, 0]);
      else {
        // A pixel's middle at (x + ½) comes from (x + ½) · 0.9 + 10, whose colour is twice that.
        expect(Math.abs(data[3 * p]! - 2 * ((x + 0.5) * 0.9 + 9.5))).toBeLessThanOrEqual(2);
        expect(Math.abs(data[3 * p + 1]! - 2 * ((y + 0.5) * 0.9 - 6.5))).toBeLessThanOrEqual(2);
        expect(data[3 * p + 2]).toBe(255);
      }
    }
  });

  test.each([
    ["along landmarks", mesh],
    ["by boxes, without landmarks", undefined],
  ])("change nothing outside their mask, %s", (_, landmarks) => {
    for (let seed = 0; seed < 20; seed++) {
      const face = drawnFace(landmarks, 40);
      const donor = drawnFace(landmarks && shifted(mesh, 4, 3), 220);
      for (const { face: blended, target, mask } of [
        swapFace(new Random(seed), face, donor),
        selfBlend(new Random(seed), face, 0),
        selfBlend(new Random(seed), face, 1),
      ]) {
        expect(mask).toHaveLength(size * size);
        expect(Math.min(...mask)).toBeGreaterThanOrEqual(0);
        expect(Math.max(...mask)).toBeLessThanOrEqual(1);
        const changed = { outside: 0, inside: 0 };
        mask.forEach((share, p) => {
          const same = [0, 1, 2].every((c) => blended.data[3 * p + c] === target.data[3 * p + c]);
          if (!same) changed[share === 0 ? "outside" : "inside"]++;
        });
        expect(changed.outside).toBe(0);
        expect(changed.inside).toBeGreaterThan(0);
      }
    }
  });

  test("leave the picture blended into as it is, unless that side is the one to change", () => {
    const face = drawnFace(mesh, 40);
    const changed = new Set<Uint8ClampedArray>();
    for (let seed = 0; seed < 10; seed++) {
      expect(selfBlend(new Random(seed), face, 0).target).toBe(face);
      changed.add(selfBlend(new Random(seed), face, 1).target.data);
    }
    expect(changed).not.toContain(face.data);
    expect(changed.size).toBe(10);
  });

  test("do not turn a dim donor's colours into a glaring patch", () => {
    const face = drawnFace(mesh, 40);
    const donor = drawnFace(mesh, 40);
    // Blue hardly varies in the donor: without a limit its least variation would be blown up.
    for (let i = 2; i < donor.data.length; i += 3) donor.data[i] = 100 + (i % 2);
    for (let i = 2; i < face.data.length; i += 3) face.data[i] = Math.floor(i / 15) % 2 ? 250 : 10;
    for (let seed = 0; seed < 10; seed++) {
      const { face: swapped, mask } = swapFace(new Random(seed), face, donor);
      const blues: number[] = [];
      mask.forEach((share, p) => {
        if (share === 1) blues.push(swapped.data[3 * p + 2] as number);
      });
      const glaring = blues.filter((blue) => blue < 30 || blue > 230);
      expect(glaring.length).toBeLessThanOrEqual(0.1 * blues.length);
    }
  });

  test("are the same for the same seed", () => {
    const [face, donor] = [drawnFace(mesh, 40), drawnFace(shifted(mesh, 4, 3), 220)];
    expect(swapFace(new Random(9), face, donor)).toEqual(swapFace(new Random(9), face, donor));
  });
});

function inShared(landmarks: Float32Array): Float32Array<SharedArrayBuffer> {
  const shared = new Float32Array(new SharedArrayBuffer(landmarks.byteLength));
  shared.set(landmarks);
  return shared;
}

describe("donors", () => {
  const turned = mesh.map((value, i) => (i % 2 ? value : 60 + (value - 60) * 0.5));

  test("are compared by pose alone, not by place or size", () => {
    expect(poseDistance(mesh, shifted(mesh, 30, -10, 1.7))).toBeLessThan(1e-4);
    expect(poseDistance(mesh, turned)).toBeGreaterThan(0.02);
  });

  test("are other people, turned alike where landmarks tell", () => {
    const picture = (i: number, group: string, landmarks: Float32Array): PooledPicture => ({
      offset: i * size * size * 3,
      width: size,
      height: size,
      row: {
        file: `${i}`,
        label: "real",
        split: "train",
        source: "drawn",
        generator: "camera",
        group,
        box: [28, 20, 64, 80],
        landmarks: inShared(landmarks),
      },
    });
    const face = picture(0, "anna", mesh);
    const others = [picture(1, "anna", mesh), picture(2, "bert", turned), picture(3, "cleo", mesh)];
    let draws = 0;
    const donor = donorFor({ bytes: new SharedArrayBuffer(4 * size * size * 3) }, face, () => {
      return others[draws++ % 3] as PooledPicture;
    });
    expect(poseDistance(donor.landmarks as Float32Array, mesh)).toBeLessThan(1e-4);
  });
});

test("landmarks go with the face when it is cut out and resized", () => {
  const source = {
    data: new Uint8ClampedArray(200 * 200 * 3),
    width: 200,
    height: 200,
    channels: 3 as const,
  };
  const face = cutFace(source, [60, 50, 80, 80], Float32Array.from([60, 50, 140, 130]));
  const [x, y] = face.box;
  expect([...(face.landmarks ?? [])]).toEqual([x, y, x + 80, y + 80]);
  const half = resizedFace(face, face.size / 2);
  expect([...(half.landmarks ?? [])]).toEqual([x / 2, y / 2, x / 2 + 40, y / 2 + 40]);
  expect(half.box).toEqual([x / 2, y / 2, 40, 40]);
});

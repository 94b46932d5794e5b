// The parts of `prepare` against values worked out by hand.
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { unzipSync } from "fflate";
import { describe, expect, test, vi } from "vitest";
import { landmarkCount } from "../../model/faces/face-mesh";
import { faceMeshTask } from "../../model/faces/face-mesh-task";
import type { Box } from "../../model/verdict/verdict";
import { repositoryFolder } from "../../trainer/cache";
import { ensureFfmpeg } from "../../trainer/prepare/ffmpeg";
import { Raster, UndecodableError } from "../../trainer/prepare/raster";
import { subjectOf } from "../../trainer/prepare/subject";
import { spread, videoFrames } from "../../trainer/prepare/video-frames";
import { tree } from "./datasets-tree";
import { lookAt } from "./face-code-thread";
import { portraitVideo } from "./prepare-media";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const media = join(dirname(fileURLToPath(import.meta.url)), "..", "fixtures", "media");

describe("reduced pictures", () => {
  /** Grey pixels, row by row. */
  const grey = (width: number, height: number, values: number[]) =>
    new Raster({ width, height, data: Uint8Array.from(values.flatMap((v) => [v, v, v])) });
  const firsts = (data: ArrayLike<number>, step: number) =>
    Array.from(data).filter((_, i) => i % step === 0);

  test("average the areas they stand for", () => {
    const picture = grey(3, 3, [0, 30, 60, 90, 120, 150, 180, 210, 240]);
    // Each output stands for 1.5 pixels a side: (4·0 + 2·30 + 2·90 + 120) / 9 for the first.
    const { data, width, height } = picture.reduced([0, 0, 3, 3], 2);
    expect([width, height]).toEqual([2, 2]);
    expect(firsts(data, 3)).toEqual([40, 80, 160, 200]);
  });

  test("are never enlarged, and keep whole pixels as they are", () => {
    const picture = grey(3, 2, [1, 2, 3, 4, 5, 6]);
    const { data, width, height } = picture.reduced([1, 0, 2, 2], 256);
    expect([width, height, ...firsts(data, 3)]).toEqual([2, 2, 2, 3, 5, 6]);
  });

  test("are white, as on a canvas, where a view leaves the picture", () => {
    const { data } = grey(2, 2, [10, 20, 30, 40]).view([-2, 0, 4, 2], 4, 2);
    expect(firsts(data, 4)).toEqual([255, 255, 10, 20, 255, 255, 30, 40]);
    expect(firsts(data.subarray(3), 4)).toEqual(new Array(8).fill(255));
  });
});

describe("frames of a video", () => {
  test("are spread evenly, each in the middle of its share", () => {
    expect(spread(100, 4)).toEqual([12, 37, 62, 87]);
    expect(spread(3, 8)).toEqual([0, 1, 2]);
    expect(spread(0, 8)).toEqual([]);
  });

  test("are those with the numbers they claim", async () => {
    const root = await tree({ "v.mp4": await portraitVideo("portrait") });
    const ffmpeg = await ensureFfmpeg(() => {});
    const take = async (wanted: number) => {
      const frames = [];
      for await (const one of videoFrames(ffmpeg, join(root, "v.mp4"), wanted, () => {})) {
        frames.push({ ...one, pixels: Buffer.from(one.pixels.data) });
      }
      return frames;
    };
    const all = await take(16);
    expect(all.map(({ frame }) => frame)).toEqual(Array.from({ length: 16 }, (_, i) => i));
    for (const { frame, pixels } of await take(3)) {
      expect(pixels.equals(all[frame]?.pixels as Buffer)).toBe(true);
    }
    // The portrait moves, so that one frame cannot pass for another.
    expect(all[0]?.pixels.equals(all[9]?.pixels as Buffer)).toBe(false);
  });

  test("of a playlist that names another file are not looked for there", async () => {
    const root = await tree({
      "secret.mp4": await portraitVideo("portrait"),
      "v.mp4": "#EXTM3U\n#EXTINF:1,\nhttp://127.0.0.1:9/secret.mp4\n",
    });
    const ffmpeg = await ensureFfmpeg(() => {});
    const frames = videoFrames(ffmpeg, join(root, "v.mp4"), 1, () => {});
    await expect(frames.next()).rejects.toThrow(UndecodableError);
  });
});

describe("the subject of a video", () => {
  const face = (x: number, size: number): { box: Box } => ({ box: [x, 0, size, size] });
  const near = (x: number) => face(x, 100);
  const far = (x: number) => face(x, 60);

  test("is the person who fills most of it, in every frame the same one", () => {
    const anna = [near(0), near(20), near(45)];
    const frames = anna.map((one, i) => ({ faces: i === 1 ? [far(300), one] : [one, far(300)] }));
    expect(subjectOf(frames)).toEqual(anna);
  });

  test("is nobody where that person is not seen, though another is", () => {
    const frames = [{ faces: [near(0)] }, { faces: [far(300)] }, { faces: [near(10)] }];
    expect(subjectOf(frames).map((one) => one?.box[0] ?? null)).toEqual([0, null, 10]);
    expect(subjectOf([{ faces: [] }])).toEqual([null]);
  });
});

describe("the face mesh", () => {
  const network = (name: string) => readFile(repositoryFolder(...name.split("/")));

  test("is widened without touching what it had", async () => {
    const mesh = await network("trainer/prepare/networks/face_landmark.tflite");
    const detector = await network("assets/mediapipe/face_detection_short_range.tflite");
    const packed = unzipSync(faceMeshTask(detector, mesh));
    expect(Buffer.from(packed["face_detector.tflite"] ?? []).equals(detector)).toBe(true);
    const widened = Buffer.from(packed["face_landmarks_detector.tflite"] ?? []);
    // Kernels of 3 × 3 × 32 and biases for 1,434 values instead of 1,404, in half floats.
    expect(widened.length - mesh.length).toBeGreaterThanOrEqual(1434 * (3 * 3 * 32 + 1) * 2);
    expect(() => faceMeshTask(detector, detector)).toThrow(/no layer of 468 points/);
    expect(() => faceMeshTask(detector, new Uint8Array(64))).toThrow(/no \.tflite file/);
  });

  /** Where the features of the fixture are, seen by eye, pixels. */
  const portrait = {
    nose: [348, 196],
    leftEye: [314, 150],
    rightEye: [387, 150],
    mouth: [348, 231],
  };

  test("lies where the face is, and nowhere where there is none", async () => {
    const file = join(media, "portrait.jpg");
    const coffee = join(media, "coffee.jpg");
    const [found, elsewhere, none] = await lookAt([
      { file },
      { file, region: [145, 0, 400, 400], face: [145, 300, 60, 60] },
      { file: coffee, region: [0, 0, 300, 300], face: [50, 50, 200, 200] },
    ]);
    const [x = 0, y = 0, w = 0, h = 0] = found?.boxes[0] ?? [];
    expect(Math.abs(x + w / 2 - portrait.nose[0]!)).toBeLessThan(8);
    expect(y).toBeLessThan(portrait.leftEye[1]!);
    expect(y + h).toBeGreaterThan(portrait.mouth[1]!);
    const points = found?.landmarks ?? [];
    expect(points).toHaveLength(landmarkCount);
    const away = (i: number, [px = 0, py = 0]: readonly number[]) =>
      Math.hypot(points[i]![0] - px, points[i]![1] - py);
    expect(away(1, portrait.nose)).toBeLessThan(12);
    expect(away(13, portrait.mouth)).toBeLessThan(14);
    // Inner and outer corners of each eye lie on both sides of it.
    for (const [outer, inner, eye] of [
      [33, 133, portrait.leftEye],
      [362, 263, portrait.rightEye],
    ] as const) {
      expect(points[outer]![0]).toBeLessThan(eye[0]!);
      expect(points[inner]![0]).toBeGreaterThan(eye[0]!);
      expect(Math.abs(points[outer]![1] - eye[1]!)).toBeLessThan(14);
    }
    expect(elsewhere?.landmarks).toBeNull();
    expect(none?.boxes).toEqual([]);
    expect(none?.landmarks).toBeNull();
  });
});

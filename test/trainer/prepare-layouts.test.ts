// Every layout from a tree of its official shape to rows that a stage reads.

import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { pack } from "tar-stream";
import { beforeAll, expect, test, vi } from "vitest";
import { type FaceRow, readManifest } from "../../trainer/datasets/manifest";
import { loadPictures, pixelsOf } from "../../trainer/datasets/pictures";
import { tree } from "./datasets-tree";
import { brief, portrait, portraitVideo, prepareTree } from "./prepare-media";

// Each run starts MediaPipe in a thread of its own: seconds, and many more on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let real: Buffer;
let fake: Buffer;
let still: Buffer;
beforeAll(async () => {
  real = await portraitVideo("portrait");
  fake = await portraitVideo("astronaut");
  still = await portrait("portrait");
});

async function archive(files: Record<string, Uint8Array>): Promise<Buffer> {
  const tar = pack();
  for (const [name, content] of Object.entries(files)) tar.entry({ name }, Buffer.from(content));
  tar.finalize();
  return buffer(tar as unknown as NodeJS.ReadableStream);
}

test("FaceForensics++ with its split, and DeepFakeDetection beside it", async () => {
  const root = await tree({
    "splits/train.json": [["071", "054"]],
    "splits/val.json": [],
    "splits/test.json": [["953", "974"]],
    "original_sequences/youtube/c23/videos/071.mp4": real,
    "original_sequences/youtube/c23/videos/953.mp4": real,
    "manipulated_sequences/Deepfakes/c23/videos/071_054.mp4": fake,
    "original_sequences/actors/c23/videos/01__kitchen_pan.mp4": real,
  });
  const { rows, report, out } = await prepareTree(root, { layout: "faceforensics" });
  const originals = "original_sequences/youtube/c23/videos";
  expect(brief(rows)).toEqual(
    [
      ...[4, 12].map(
        (n) =>
          `fake train ffpp Deepfakes ffpp:054 ffpp/manipulated_sequences/Deepfakes/c23/videos/071_054.mp4 ${n}`,
      ),
      ...[12, 4].map((n) => `real test ffpp camera ffpp:953 ffpp/${originals}/953.mp4 ${n}`),
      ...[12, 4].map(
        (n) =>
          `real train deepfakedetection camera dfd:01 deepfakedetection/original_sequences/actors/c23/videos/01__kitchen_pan.mp4 ${n}`,
      ),
      ...[12, 4].map((n) => `real train ffpp camera ffpp:054 ffpp/${originals}/071.mp4 ${n}`),
    ].sort(),
  );
  expect(report.counts).toEqual({ pictures: 8, faces: 8, landmarks: 8 });
  expect(report.problems).toEqual({ missing: 5 });
  const pool = await loadPictures(out, rows);
  expect(pool.broken).toEqual([]);
  for (const { row, width, height } of pool.pictures) {
    expect(Math.max(width, height)).toBeLessThanOrEqual(256);
    const [x, y, w, h] = row.box;
    // The box fills the middle of a crop about twice as large.
    expect(Math.abs(x + w / 2 - width / 2)).toBeLessThan(0.25 * width);
    expect(Math.abs(y + h / 2 - height / 2)).toBeLessThan(0.25 * height);
    expect(w).toBeGreaterThan(0.4 * width);
  }
});

test("Celeb-DF v2, where label 1 is real", async () => {
  const root = await tree({
    "List_of_testing_videos.txt": "1 YouTube-real/00170.mp4\n0 Celeb-synthesis/id2_id3_0000.mp4\n",
    "Celeb-real/id0_0000.mp4": real,
    "YouTube-real/00170.mp4": real,
    "Celeb-synthesis/id0_id1_0000.mp4": fake,
    "Celeb-synthesis/id2_id3_0000.mp4": fake,
  });
  const { rows } = await prepareTree(root, { settings: { frames: 1 } });
  expect(brief(rows)).toEqual([
    "fake test celeb-df-v2 celeb-df-v2 celeb-df:id2 celeb-df-v2/Celeb-synthesis/id2_id3_0000.mp4 8",
    "fake train celeb-df-v2 celeb-df-v2 celeb-df:id0 celeb-df-v2/Celeb-synthesis/id0_id1_0000.mp4 8",
    "real test celeb-df-v2 camera celeb-df:youtube-00170 celeb-df-v2/YouTube-real/00170.mp4 8",
    "real train celeb-df-v2 camera celeb-df:id0 celeb-df-v2/Celeb-real/id0_0000.mp4 8",
  ]);
});

test("DFDC, whose fakes name their originals, and the DFDC preview", async () => {
  const part = await tree({
    "metadata.json": {
      "a.mp4": { label: "FAKE", split: "train", original: "b.mp4" },
      "b.mp4": { label: "REAL", split: "train", original: null },
    },
    "a.mp4": fake,
    "b.mp4": real,
  });
  const { rows } = await prepareTree(part, { layout: "dfdc", settings: { frames: 1 } });
  expect(brief(rows)).toEqual([
    "fake train dfdc dfdc dfdc:b dfdc/a.mp4 8",
    "real train dfdc camera dfdc:b dfdc/b.mp4 8",
  ]);
  const entry = { label: "fake", set: "test", target_id: 1, swapped_id: 2 };
  const preview = await tree({
    "dataset.json": {
      "original_videos/1/x.mp4": { label: "real", set: "test", target_id: 1, swapped_id: null },
      "method_A/1/y.mp4": entry,
    },
    "original_videos/1/x.mp4": real,
    "method_A/1/y.mp4": fake,
  });
  expect(brief((await prepareTree(preview, { settings: { frames: 1 } })).rows)).toEqual([
    "fake test dfdc-preview dfdc-preview-method_A dfdc-preview:1 dfdc-preview/method_A/1/y.mp4 8",
    "real test dfdc-preview camera dfdc-preview:1 dfdc-preview/original_videos/1/x.mp4 8",
  ]);
});

test("DeeperForensics, its studio footage without a label", async () => {
  const root = await tree({
    "lists/splits/train.txt": "000_M101.mp4\n",
    "manipulated_videos/end_to_end/000_M101.mp4": fake,
    "source_videos/M101/M101_light_down_happy_camera_front.mp4": real,
  });
  const { rows } = await prepareTree(root, { settings: { frames: 1 } });
  expect(brief(rows)).toEqual([
    "fake train deeperforensics deeperforensics-end_to_end deeperforensics:M101 deeperforensics/manipulated_videos/end_to_end/000_M101.mp4 8",
    "unlabelled train deeperforensics unknown deeperforensics:M101 deeperforensics/source_videos/M101/M101_light_down_happy_camera_front.mp4 8",
  ]);
});

test("WildDeepfake out of archives in archives, in two passes", async () => {
  const inner = gzipSync(await archive({ "7/real/104/3.png": still }));
  const root = await tree({
    "real_train/7.tar.gz": gzipSync(
      await archive({
        "7/real/103/1.png": still,
        "7/real/103/2.png": still,
        "7/real/103/9.png": still,
        "inner.tar.gz": inner,
      }),
    ),
    "fake_test/1.tar.gz": gzipSync(
      await archive({ "1/fake/5/1.png": still, "1/fake/5/2.png": Buffer.from("no picture") }),
    ),
  });
  const { rows, report } = await prepareTree(root);
  expect(brief(rows)).toEqual([
    "fake test wilddeepfake wilddeepfake wilddeepfake:fake_test/1 wilddeepfake/fake_test/1/5 1",
    "real train wilddeepfake camera wilddeepfake:real_train/7 wilddeepfake/real_train/7/103 1",
    "real train wilddeepfake camera wilddeepfake:real_train/7 wilddeepfake/real_train/7/103 9",
    "real train wilddeepfake camera wilddeepfake:real_train/7 wilddeepfake/real_train/7/104 3",
  ]);
  expect(report.findings).toMatchObject([
    { problem: "unreadable", file: "fake_test/1.tar.gz: 1/fake/5/2.png" },
  ]);
});

test("DeepfakeBench by its lists, written on Windows", async () => {
  const frames = (video: string) =>
    [0, 10].map((n) => `FF++\\${video}\\${`${n}`.padStart(3, "0")}.png`);
  const name = "original_sequences\\youtube\\c23\\frames\\071";
  const root = await tree({
    "dataset_json/FaceForensics++.json": {
      "FaceForensics++": {
        "FF-real": { train: { c23: { "071": { label: "FF-real", frames: frames(name) } } } },
      },
    },
    "FF++/original_sequences/youtube/c23/frames/071/000.png": still,
    "FF++/original_sequences/youtube/c23/frames/071/010.png": still,
  });
  const { rows } = await prepareTree(root);
  const video = "ffpp/FF++/original_sequences/youtube/c23/frames/071";
  expect(brief(rows)).toEqual([
    `real train ffpp camera ffpp:071 ${video} 0`,
    `real train ffpp camera ffpp:071 ${video} 10`,
  ]);
});

test("folders real and fake, split by a seeded draw of whole groups", async () => {
  const people = Array.from({ length: 5 }, (_, i) => i);
  const root = await tree(
    Object.fromEntries(
      people.flatMap((i) => [
        [`real/${i}/a.jpg`, still],
        [`fake/${i}/b.jpg`, still],
      ]),
    ),
  );
  const { rows } = await prepareTree(root, { plan: { shares: { val: 0.2, test: 0.2 } } });
  const sides = new Map(rows.map(({ group, split }) => [group, split]));
  expect(rows).toHaveLength(10);
  expect(rows.every(({ group, split }) => sides.get(group) === split)).toBe(true);
  expect([...sides.values()].sort()).toEqual(["test", "train", "train", "train", "val"]);
});

test("a manifest: whole pictures are cropped, crops with a box only get their landmarks", async () => {
  const rows = [
    { file: "whole.jpg", label: "real", split: "train", source: "mine", group: "a" },
    {
      file: "crop.jpg",
      label: "fake",
      split: "val",
      source: "mine",
      group: "b",
      video: "v",
      frame: 7,
      box: [60, 60, 110, 110],
    },
    { file: "crop.jpg", label: "real", split: "val", source: "mine", group: "b" },
  ];
  const root = await tree({
    "manifest.jsonl": rows.map((row) => JSON.stringify(row)).join("\n"),
    "whole.jpg": still,
    "crop.jpg": still,
  });
  const prepared = await prepareTree(root);
  expect(brief(prepared.rows)).toEqual([
    "fake val mine unknown b mine/v 7",
    "real train mine unknown a – –",
  ]);
  expect(prepared.report.problems).toEqual({ contradiction: 1 });
  const crop = prepared.rows.find(({ label }) => label === "fake");
  expect(crop?.box).toEqual([60, 60, 110, 110]);
  expect(crop?.landmarks).toHaveLength(468 * 2);
  expect(crop?.stored?.bytes).toBe(still.length);
});

test("a stage sees the same pictures in the shards as in the folder they were made from", async () => {
  const row = { label: "real", split: "train", source: "mine", box: [60, 60, 110, 110] };
  const lines = ["a", "b"].map((group) => JSON.stringify({ ...row, group, file: `${group}.jpg` }));
  const root = await tree({
    "manifest.jsonl": lines.join("\n"),
    "a.jpg": still,
    "b.jpg": await portrait("astronaut"),
  });
  const { rows, out } = await prepareTree(root);
  const pixelsByGroup = async (folder: string, of: FaceRow[]) => {
    const pool = await loadPictures(folder, of);
    return Object.fromEntries(
      pool.pictures.map((picture) => [
        picture.row.group,
        Buffer.from(pixelsOf(pool, picture).data).toString("base64"),
      ]),
    );
  };
  const loose = await readManifest(root);
  expect(loose.every(({ landmarks }) => landmarks === undefined)).toBe(true);
  expect(await pixelsByGroup(out, rows)).toEqual(await pixelsByGroup(root, loose));
});

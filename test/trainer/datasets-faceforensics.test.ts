import { expect, test } from "vitest";
import {
  faceForensics,
  faceForensicsIdentities,
} from "../../trainer/datasets/layouts/faceforensics";
import { brief, empty, readAll, tree } from "./datasets-tree";

const splits = {
  "splits/train.json": [["071", "054"]],
  "splits/val.json": [["720", "672"]],
  "splits/test.json": [["953", "974"]],
};
const youtube = "original_sequences/youtube/c23/videos";
const deepfakes = "manipulated_sequences/Deepfakes/c23/videos";

test("reads pairs, actors and their splits", async () => {
  const root = await tree({
    ...splits,
    ...empty(
      `${youtube}/071.mp4`,
      `${youtube}/054.mp4`,
      `${youtube}/953.mp4`,
      `${deepfakes}/071_054.mp4`,
      `${deepfakes}/953_974.mp4`,
      "manipulated_sequences/Deepfakes/c23/masks/071_054.mp4",
      "original_sequences/actors/c23/videos/01__kitchen_pan.mp4",
      "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__kitchen_pan__YVGY8LOK.mp4",
    ),
  });
  expect(await faceForensics.recognise(root)).toBe(true);
  const { records, report } = await readAll(faceForensics, root);
  expect(records.map(brief)).toEqual([
    ["original_sequences/actors/c23/videos/01__kitchen_pan.mp4", "real", undefined, "dfd:01"],
    [`${youtube}/054.mp4`, "real", "train", "ffpp:054"],
    [`${youtube}/071.mp4`, "real", "train", "ffpp:071"],
    [`${youtube}/953.mp4`, "real", "test", "ffpp:953"],
    [
      "manipulated_sequences/DeepFakeDetection/c23/videos/01_02__kitchen_pan__YVGY8LOK.mp4",
      "fake",
      undefined,
      "dfd:01",
      "dfd:02",
    ],
    [`${deepfakes}/071_054.mp4`, "fake", "train", "ffpp:071", "ffpp:054"],
    [`${deepfakes}/953_974.mp4`, "fake", "test", "ffpp:953", "ffpp:974"],
  ]);
  expect(records.map(({ generator }) => generator)).toEqual([
    "camera",
    "camera",
    "camera",
    "camera",
    "DeepFakeDetection",
    "Deepfakes",
    "Deepfakes",
  ]);
  // 672, 720 and 974 of the split files are on disk nowhere, 054 not as a target.
  expect(report.counts()).toEqual({ missing: 7 });
  expect(report.filesWith("missing")).toContain("original_sequences/youtube/c23/974");
});

test("reads the level asked for, and says where it is not there", async () => {
  const root = await tree(
    empty(
      `${youtube}/071.mp4`,
      "original_sequences/youtube/c40/videos/071.mp4",
      "manipulated_sequences/FaceSwap/raw/videos/071_054.mp4",
    ),
  );
  const all = await readAll(faceForensics, root);
  expect(all.records).toHaveLength(3);
  const c40 = await readAll(faceForensics, root, { compression: "c40" });
  expect(c40.records.map(({ file }) => file)).toEqual([
    "original_sequences/youtube/c40/videos/071.mp4",
  ]);
  expect(c40.report.filesWith("missing")).toEqual(["manipulated_sequences/FaceSwap/c40"]);
  expect(c40.report.counts()["no-split-file"]).toBe(1);
});

test("reads extracted frames with their landmarks where there are no videos", async () => {
  const base = "manipulated_sequences/Face2Face/c23";
  const root = await tree(
    empty(
      `${base}/frames/071_054/000.png`,
      `${base}/frames/071_054/014.png`,
      `${base}/frames/071_054/Thumbs.db`,
      `${base}/landmarks/071_054/014.npy`,
    ),
  );
  const { records, report } = await readAll(faceForensics, root);
  expect(
    records.map(({ kind, frame, landmarks, video }) => [kind, frame, landmarks, video]),
  ).toEqual([
    ["picture", 0, undefined, `${base}/frames/071_054`],
    ["picture", 14, `${base}/landmarks/071_054/014.npy`, `${base}/frames/071_054`],
  ]);
  expect(report.filesWith("unknown-name")).toEqual([`${base}/frames/071_054/Thumbs.db`]);
});

test("leaves out what contradicts the split files, and says so", async () => {
  const root = await tree({
    ...splits,
    ...empty(
      `${deepfakes}/071_953.mp4`,
      `${deepfakes}/111_222.mp4`,
      `${deepfakes}/071.mp4`,
      `${deepfakes}/notes.doc`,
      `${youtube}/071_054.mp4`,
    ),
  });
  const { records, report } = await readAll(faceForensics, root);
  expect(records.map(brief)).toEqual([
    [`${deepfakes}/111_222.mp4`, "fake", undefined, "ffpp:111", "ffpp:222"],
  ]);
  expect(report.filesWith("contradiction")).toEqual([`${deepfakes}/071_953.mp4`]);
  expect(report.filesWith("unlisted")).toEqual([`${deepfakes}/111_222.mp4`]);
  expect(report.filesWith("unknown-name")).toEqual([
    `${youtube}/071_054.mp4`,
    `${deepfakes}/071.mp4`,
    `${deepfakes}/notes.doc`,
  ]);
});

test.each([
  ["no JSON", "[[", /train\.json: not valid JSON/],
  ["another shape", [["071"]], /train\.json: 0\.1/],
  ["an id in two splits", [["953", "001"]], /test\.json: 953 is in train as well/],
  ["no text", new Uint8Array([0x5b, 0xff, 0xfe]), /train\.json: not text/],
])("refuses split files with %s, by name", async (_, train, message) => {
  const root = await tree({
    ...splits,
    "splits/train.json": train,
    ...empty(`${youtube}/071.mp4`),
  });
  await expect(readAll(faceForensics, root)).rejects.toThrow(message);
});

test("stops when asked to", async () => {
  const root = await tree(empty(`${youtube}/071.mp4`));
  await expect(readAll(faceForensics, root, { signal: AbortSignal.abort() })).rejects.toThrow(
    /abort/i,
  );
});

test("takes identities from names", () => {
  expect(faceForensicsIdentities("071")).toEqual(["ffpp:071"]);
  expect(faceForensicsIdentities("71")).toBeNull();
  expect(faceForensicsIdentities("071_054_002")).toBeNull();
  expect(faceForensicsIdentities("27_04__talking_angry_couch__ABCDEFGH")).toEqual([
    "dfd:27",
    "dfd:04",
  ]);
});

import { mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { LAYOUTS, layoutOf } from "../../trainer/datasets/layouts/layouts";
import { manifest } from "../../trainer/datasets/layouts/manifest";
import { plain } from "../../trainer/datasets/layouts/plain";
import { brief, empty, emptyFolder, readAll, tree } from "./datasets-tree";

test("plain folders: pictures, videos and folders of frames, a name's twins in one group", async () => {
  const root = await tree(
    empty(
      "Real/anna/0001.jpg",
      "Real/anna/0002.jpg",
      "Real/7.mp4",
      "fake/7.mp4",
      "fake/portrait.png",
      "fake/anna/9.webp",
      "fake/thumbs.db",
      "notes/readme.txt",
    ),
  );
  const { records, report } = await readAll(plain, root);
  expect(
    records.map((record) => [...brief(record), record.kind, record.video, record.frame]),
  ).toEqual([
    ["Real/7.mp4", "real", undefined, "plain:7", "video", "Real/7.mp4", undefined],
    ["Real/anna/0001.jpg", "real", undefined, "plain:anna", "picture", "Real/anna", 1],
    ["Real/anna/0002.jpg", "real", undefined, "plain:anna", "picture", "Real/anna", 2],
    ["fake/7.mp4", "fake", undefined, "plain:7", "video", "fake/7.mp4", undefined],
    ["fake/portrait.png", "fake", undefined, "plain:portrait", "picture", undefined, undefined],
    ["fake/anna/9.webp", "fake", undefined, "plain:anna", "picture", "fake/anna", 9],
  ]);
  expect(report.filesWith("unknown-name")).toEqual(["fake/thumbs.db"]);
});

test("plain folders below train, valid and test", async () => {
  const root = await tree(empty("train/0_real/a.jpg", "valid/1_fake/b.jpg", "test/fake/c.jpg"));
  const { records } = await readAll(plain, root);
  expect(records.map(({ file, label, split }) => [file, label, split])).toEqual([
    ["test/fake/c.jpg", "fake", "test"],
    ["train/0_real/a.jpg", "real", "train"],
    ["valid/1_fake/b.jpg", "fake", "val"],
  ]);
});

test("plain folders: follows links to folders, and no link back up", async () => {
  const root = await tree(empty("real/a.jpg", "fake/b.jpg", "elsewhere/c.jpg"));
  await symlink("..", join(root, "real", "loop"));
  await symlink(join(root, "elsewhere"), join(root, "fake", "linked"));
  const { records } = await readAll(plain, root);
  expect(records.map(({ file }) => file)).toContain("fake/linked/c.jpg");
  expect(records.filter(({ file }) => file.startsWith("real/loop/real/loop"))).toEqual([]);
});

const row = { label: "fake", source: "arc2face", generator: "sd15", group: "arc2face:1" };

test("manifest: reads rows, lists what is missing, repeated or contradictory", async () => {
  const lines = [
    { ...row, file: "a.jpg", split: "train", box: [1, 2, 3, 4], scale: 0.5 },
    { ...row, file: "clips/b.mp4", split: "unlabelled", label: "unlabelled", video: "b", frame: 3 },
    { ...row, file: "a.jpg" },
    { ...row, file: "a.jpg", label: "real" },
    { ...row, file: "gone.jpg" },
  ];
  const root = await tree({
    "manifest.jsonl": `${lines.map((line) => JSON.stringify(line)).join("\n")}\n\n`,
    ...empty("a.jpg", "clips/b.mp4"),
  });
  const { records, report } = await readAll(manifest, root);
  expect(records).toEqual([
    {
      file: "a.jpg",
      kind: "picture",
      label: "fake",
      split: "train",
      source: "arc2face",
      generator: "sd15",
      identities: ["arc2face:1"],
      box: [1, 2, 3, 4],
    },
    {
      file: "clips/b.mp4",
      kind: "video",
      label: "unlabelled",
      source: "arc2face",
      generator: "sd15",
      identities: ["arc2face:1"],
      video: "arc2face/b",
      frame: 3,
    },
  ]);
  expect(report.findings.map(({ problem, file }) => [problem, file])).toEqual([
    ["duplicate", "a.jpg"],
    ["contradiction", "a.jpg"],
    ["missing", "gone.jpg"],
  ]);
});

test.each([
  ["{", /manifest\.jsonl, line 1: not valid JSON/],
  [JSON.stringify({ ...row, file: "a.jpg", label: "maybe" }), /line 1: label/],
  [JSON.stringify({ ...row, file: "../a.jpg" }), /line 1: file: leaves the folder/],
  [JSON.stringify({ ...row, file: "/etc/passwd" }), /line 1: file: leaves the folder/],
  [JSON.stringify({ ...row, file: "C:\\a.jpg" }), /line 1: file: leaves the folder/],
])("manifest: refuses the line %s", async (line, message) => {
  const root = await tree({ "manifest.jsonl": line });
  await expect(readAll(manifest, root)).rejects.toThrow(message);
});

test.each([
  ["manifest.jsonl", ["manifest.jsonl", "real/a.jpg", "fake/b.jpg"]],
  ["FaceForensics++", ["manipulated_sequences/Deepfakes/c23/videos/071_054.mp4"]],
  ["Celeb-DF v2", ["Celeb-synthesis/id0_id1_0000.mp4"]],
  ["DFDC preview", ["dataset.json", "method_A/1.mp4"]],
  ["DeeperForensics-1.0", ["manipulated_videos/end_to_end/000_M101.mp4"]],
  ["WildDeepfake", ["real_train/0.tar.gz"]],
  ["DeepfakeBench", ["dataset_json/UADFV.json"]],
  ["DFDC", ["dfdc_train_part_0/metadata.json"]],
  ["folders real and fake", ["train/real/a.jpg", "train/fake/b.jpg", "metadata.json"]],
])("tells %s by its names", async (name, files) => {
  expect((await layoutOf(await tree(empty(...files)))).name).toBe(name);
  expect(LAYOUTS.map((layout) => layout.name)).toContain(name);
});

test("names a folder that is empty, absent or of no layout", async () => {
  const nothing = await emptyFolder();
  await expect(layoutOf(nothing)).rejects.toThrow(`${nothing}: no such folder, or nothing in it`);
  await expect(layoutOf(join(nothing, "absent"))).rejects.toThrow(/absent: no such folder/);
  await mkdir(join(nothing, "pictures"));
  await expect(layoutOf(nothing)).rejects.toThrow(/not one of the layouts/);
});

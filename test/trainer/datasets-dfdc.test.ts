import { expect, test } from "vitest";
import { dfdc } from "../../trainer/datasets/layouts/dfdc";
import { dfdcPreview } from "../../trainer/datasets/layouts/dfdc-preview";
import { brief, empty, readAll, tree } from "./datasets-tree";

const fake = (original: string) => ({ label: "FAKE", split: "train", original });
const real = { label: "REAL", split: "train", original: null };

test("reads training parts, validation labels and the released test set", async () => {
  const root = await tree({
    "train/dfdc_train_part_0/metadata.json": { "a.mp4": fake("b.mp4"), "b.mp4": real },
    "validation/labels.csv": "filename,label\nv.mp4,1\nw.mp4,0\n",
    "test/metadata.json": { "t.mp4": { is_fake: 1, augmentations: {} }, "u.mp4": { is_fake: 0 } },
    ...empty(
      "train/dfdc_train_part_0/a.mp4",
      "train/dfdc_train_part_0/b.mp4",
      "validation/v.mp4",
      "validation/w.mp4",
      "test/t.mp4",
      "test/u.mp4",
    ),
  });
  expect(await dfdc.recognise(root)).toBe(true);
  const { records, report } = await readAll(dfdc, root);
  expect(records.map(brief)).toEqual([
    ["test/t.mp4", "fake", "test", "dfdc:t"],
    ["test/u.mp4", "real", "test", "dfdc:u"],
    ["train/dfdc_train_part_0/a.mp4", "fake", "train", "dfdc:b"],
    ["train/dfdc_train_part_0/b.mp4", "real", "train", "dfdc:b"],
    ["validation/v.mp4", "fake", "val", "dfdc:v"],
    ["validation/w.mp4", "real", "val", "dfdc:w"],
  ]);
  expect(report.findings).toEqual([]);
});

test("lists what is absent, unlisted, twice there or contradictory", async () => {
  const root = await tree({
    "dfdc_train_part_0/metadata.json": {
      "a.mp4": fake("b.mp4"),
      "b.mp4": real,
      "c.mp4": fake("a.mp4"),
      "d.mp4": { label: "REAL", split: "train", original: "b.mp4" },
      "gone.mp4": real,
    },
    "dfdc_train_part_1/metadata.json": { "a.mp4": fake("b.mp4"), "b.mp4": fake("x.mp4") },
    ...empty(
      ...["a", "b", "c", "d", "extra"].map((name) => `dfdc_train_part_0/${name}.mp4`),
      "dfdc_train_part_1/a.mp4",
      "dfdc_train_part_1/b.mp4",
    ),
  });
  const { records, report } = await readAll(dfdc, root);
  expect(records.map(({ file }) => file)).toEqual([
    "dfdc_train_part_0/a.mp4",
    "dfdc_train_part_0/b.mp4",
  ]);
  expect(report.filesWith("contradiction")).toEqual([
    "dfdc_train_part_0/c.mp4",
    "dfdc_train_part_0/d.mp4",
    "dfdc_train_part_1/b.mp4",
  ]);
  expect(report.filesWith("duplicate")).toEqual(["dfdc_train_part_1/a.mp4"]);
  expect(report.filesWith("unlisted")).toEqual(["dfdc_train_part_0/extra.mp4"]);
  expect(report.filesWith("missing")).toEqual(["dfdc_train_part_0/gone.mp4"]);
});

test.each([
  ["metadata.json", '{"a.mp4": ', /metadata\.json: not valid JSON/],
  ["metadata.json", '{"a.mp4": {"label": "PERHAPS"}}', /metadata\.json: a\.mp4/],
  ["labels.csv", "a.mp4,1\n", /labels\.csv: expected the header/],
  ["labels.csv", "filename,label\na.mp4,fake\n", /labels\.csv, line 2/],
])("refuses a damaged %s, by name: %j", async (name, content, message) => {
  const root = await tree({ [name]: content, "a.mp4": "" });
  expect(await dfdc.recognise(root)).toBe(true);
  await expect(readAll(dfdc, root)).rejects.toThrow(message);
});

const preview = {
  "original_videos/643049/643049_A_001.mp4": {
    label: "real",
    set: "train",
    augmentations: [],
    target_id: "643049",
    swapped_id: null,
  },
  "method_A/643049/643049_A/1_643049_A_001.mp4": {
    label: "fake",
    set: "test",
    augmentations: ["reduced_fps"],
    target_id: 643049,
    swapped_id: "1",
  },
};

test("reads the preview's paths, sets and actors, with videos/ between or without", async () => {
  const root = await tree({
    "dataset.json": preview,
    ...empty(
      "original_videos/videos/643049/643049_A_001.mp4",
      "method_A/643049/643049_A/1_643049_A_001.mp4",
    ),
  });
  expect(await dfdcPreview.recognise(root)).toBe(true);
  const { records, report } = await readAll(dfdcPreview, root);
  expect(records.map(brief)).toEqual([
    ["original_videos/videos/643049/643049_A_001.mp4", "real", "train", "dfdc-preview:643049"],
    [
      "method_A/643049/643049_A/1_643049_A_001.mp4",
      "fake",
      "test",
      "dfdc-preview:643049",
      "dfdc-preview:1",
    ],
  ]);
  expect(report.findings).toEqual([]);
});

test("lists the preview's contradictions, absent and unlisted videos", async () => {
  const root = await tree({
    "dataset.json": {
      ...preview,
      "method_B/2/2_A/1_2_A_001.mp4": { label: "real", set: "train", target_id: "2" },
    },
    ...empty("method_B/2/2_A/1_2_A_001.mp4", "method_B/2/2_A/other.mp4", "method_A/readme.txt"),
  });
  const { records, report } = await readAll(dfdcPreview, root);
  expect(records).toEqual([]);
  expect(report.counts()).toEqual({
    contradiction: 1,
    missing: 2,
    unlisted: 1,
    "unknown-name": 1,
  });
});

test("refuses a damaged dataset.json, by name and place", async () => {
  const root = await tree({
    "dataset.json": { "method_A/1.mp4": { label: "fake" } },
    ...empty("method_A/1.mp4"),
  });
  await expect(readAll(dfdcPreview, root)).rejects.toThrow(/dataset\.json: method_A\/1\.mp4\.set/);
});

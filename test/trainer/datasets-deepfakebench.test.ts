import { expect, test } from "vitest";
import { deepfakeBench } from "../../trainer/datasets/layouts/deepfakebench";
import { empty, readAll, tree } from "./datasets-tree";

const youtube = "FaceForensics++/original_sequences/youtube/c23/frames";
const deepfakes = "FaceForensics++/manipulated_sequences/Deepfakes/c23/frames";
const celeb = "Celeb-DF-v2/Celeb-synthesis/frames";

const windows = (path: string): string => `T:\\Study\\datasets\\rgb\\${path.replaceAll("/", "\\")}`;

test("reads levels, splits and landmarks, whatever machine the paths were written on", async () => {
  const root = await tree({
    "preprocessing/dataset_json/FaceForensics++.json": {
      "FaceForensics++": {
        "FF-real": {
          train: {
            c23: { "071": { label: "FF-real", frames: [windows(`${youtube}/071/000.png`)] } },
            c40: { "071": { label: "FF-real", frames: [] } },
          },
          test: { c23: {}, c40: {} },
        },
        "FF-DF": {
          test: {
            c23: {
              "953_974": {
                label: "FF-DF",
                frames: [`${deepfakes}/953_974/000.png`, `${deepfakes}/953_974/014.png`],
                masks: [],
              },
            },
          },
        },
      },
    },
    ...empty(
      `datasets/rgb/${youtube}/071/000.png`,
      `datasets/rgb/${deepfakes}/953_974/000.png`,
      `datasets/rgb/${deepfakes.replace("frames", "landmarks")}/953_974/000.npy`,
    ),
  });
  expect(await deepfakeBench.recognise(root)).toBe(true);
  const { records, report } = await readAll(deepfakeBench, root, { compression: "c23" });
  expect(records).toEqual([
    {
      file: `datasets/rgb/${youtube}/071/000.png`,
      kind: "picture",
      label: "real",
      generator: "camera",
      split: "train",
      source: "ffpp",
      identities: ["ffpp:071"],
      video: `datasets/rgb/${youtube}/071`,
      frame: 0,
    },
    {
      file: `datasets/rgb/${deepfakes}/953_974/000.png`,
      landmarks: `datasets/rgb/${deepfakes.replace("frames", "landmarks")}/953_974/000.npy`,
      kind: "picture",
      label: "fake",
      generator: "Deepfakes",
      split: "test",
      source: "ffpp",
      identities: ["ffpp:953", "ffpp:974"],
      video: `datasets/rgb/${deepfakes}/953_974`,
      frame: 0,
    },
  ]);
  expect(report.filesWith("missing")).toEqual([`datasets/rgb/${deepfakes}/953_974/014.png`]);
  const all = await readAll(deepfakeBench, root);
  expect(all.report.filesWith("missing")).toContain(
    "preprocessing/dataset_json/FaceForensics++.json: FF-real/071",
  );
});

test("gives a video that the benchmark lists in several splits to one, or to none", async () => {
  const video = (name: string, folder: string, label: string) => ({
    [name]: { label, frames: [`${folder}/${name}/000.png`] },
  });
  const shared = video("id0_id1_0000", celeb, "CelebDFv2_fake");
  const uadfv = video("0000_fake", "UADFV/fake/frames", "UADFV_Fake");
  const dfdcp = video("1_2_A_001", "DFDCP/method_A/frames", "DFDCP_FakeA");
  const root = await tree({
    "dataset_json/Celeb-DF-v2.json": {
      "Celeb-DF-v2": {
        CelebDFv2_fake: {
          train: { ...shared, ...video("id2_id3_0000", celeb, "CelebDFv2_fake") },
          test: shared,
          val: shared,
        },
      },
    },
    "dataset_json/DFDCP.json": { DFDCP: { DFDCP_FakeA: { train: {}, test: dfdcp, val: dfdcp } } },
    "dataset_json/UADFV.json": {
      UADFV: { UADFV_Fake: { train: uadfv, test: uadfv, val: uadfv } },
    },
    ...empty(
      `${celeb}/id0_id1_0000/000.png`,
      `${celeb}/id2_id3_0000/000.png`,
      "DFDCP/method_A/frames/1_2_A_001/000.png",
      "UADFV/fake/frames/0000_fake/000.png",
    ),
  });
  const { records, report } = await readAll(deepfakeBench, root);
  expect(records.map(({ split, source, identities }) => [split, source, identities])).toEqual([
    ["test", "celeb-df-v2", ["celeb-df:id0", "celeb-df:id1"]],
    ["train", "celeb-df-v2", ["celeb-df:id2", "celeb-df:id3"]],
    ["test", "dfdc-preview", ["dfdc-preview:1", "dfdc-preview:2"]],
    [undefined, "uadfv", ["uadfv:0000"]],
  ]);
  expect(report.findings).toEqual([]);
});

test("lists repetitions between files, contradictions and labels it does not know", async () => {
  const frames = [`${youtube}/071/000.png`];
  const root = await tree({
    "FF-DF.json": {
      "FF-DF": {
        "FF-real": { train: { c23: { "071": { label: "FF-real", frames } } } },
        "FF-DF": { train: { c23: { "071_054": { label: "FF-real", frames: [] } } } },
      },
    },
    "FF-F2F.json": {
      "FF-F2F": {
        "FF-real": { train: { c23: { "071": { label: "FF-real", frames } } } },
        "FF-DF": { train: { c23: { "071_054": { label: "FF-DF", frames } } } },
        Mystery: { train: { x: { label: "Mystery", frames } } },
      },
    },
    ...empty(...frames),
  });
  expect(await deepfakeBench.recognise(root)).toBe(true);
  const { records, report } = await readAll(deepfakeBench, root);
  expect(records).toHaveLength(1);
  expect(report.findings.map(({ problem, file }) => [problem, file])).toEqual([
    ["contradiction", "FF-DF.json: FF-DF/071_054"],
    ["duplicate", "FF-F2F.json: FF-real/071"],
    ["contradiction", "FF-F2F.json: FF-DF/071_054"],
    ["unknown-name", "FF-F2F.json: Mystery/x"],
  ]);
});

test("never follows a path out of the root", async () => {
  const root = await tree({
    "dataset_json/UADFV.json": {
      UADFV: {
        UADFV_Real: { train: { passwd: { label: "UADFV_Real", frames: ["/etc/../etc/passwd"] } } },
      },
    },
    "UADFV/real/frames/0000/000.png": "",
  });
  const { records, report } = await readAll(deepfakeBench, root);
  expect(records).toEqual([]);
  expect(report.counts()).toEqual({ missing: 1 });
});

test("refuses a damaged file by name and place", async () => {
  const file = "dataset_json/UADFV.json";
  const broken = await tree({ [file]: '{"UADFV": ' });
  await expect(readAll(deepfakeBench, broken)).rejects.toThrow(/UADFV\.json: not valid JSON/);
  const shapeless = await tree({ [file]: { UADFV: { UADFV_Real: { practice: {} } } } });
  await expect(readAll(deepfakeBench, shapeless)).rejects.toThrow(/UADFV\.json: UADFV/);
});

import { expect, test } from "vitest";
import { deeperForensics } from "../../trainer/datasets/layouts/deeperforensics";
import { brief, empty, readAll, tree } from "./datasets-tree";

const studioVideo = "source_videos/M004/light_down/happy/M004_light_down_happy_camera_front.mp4";
const files = {
  "lists/splits/train.txt": "000_M101.mp4\n",
  "lists/splits/test.txt": "001_W004.mp4\n002_W004.mp4\n",
  ...empty(
    "manipulated_videos/end_to_end/000_M101.mp4",
    "manipulated_videos/end_to_end/001_W004.mp4",
    "manipulated_videos/end_to_end/003_M004.mp4",
    "manipulated_videos/end_to_end/0_M101.mp4",
    studioVideo,
    "source_videos/extras/behind_the_scenes.mp4",
  ),
};

test("reads variants, splits and studio footage", async () => {
  const root = await tree(files);
  expect(await deeperForensics.recognise(root)).toBe(true);
  const { records, report } = await readAll(deeperForensics, root);
  const folder = "manipulated_videos/end_to_end";
  expect(records.map(brief)).toEqual([
    [`${folder}/000_M101.mp4`, "fake", "train", "ffpp:000", "deeperforensics:M101"],
    [`${folder}/001_W004.mp4`, "fake", "test", "ffpp:001", "deeperforensics:W004"],
    [`${folder}/003_M004.mp4`, "fake", undefined, "ffpp:003", "deeperforensics:M004"],
    [studioVideo, "unlabelled", undefined, "deeperforensics:M004"],
  ]);
  expect(report.filesWith("unlisted")).toEqual([`${folder}/003_M004.mp4`]);
  expect(report.filesWith("missing")).toEqual([`${folder}/002_W004`]);
  expect(report.filesWith("unknown-name")).toEqual([
    `${folder}/0_M101.mp4`,
    "source_videos/extras/behind_the_scenes.mp4",
  ]);
});

test("makes of the studio footage what it is told to", async () => {
  const root = await tree({ [studioVideo]: "", "manipulated_videos/end_to_end/000_M101.mp4": "" });
  const labels = async (sourceVideos: "real" | "none") =>
    (await readAll(deeperForensics, root, { sourceVideos })).records.map(({ label }) => label);
  expect(await labels("real")).toEqual(["fake", "real"]);
  expect(await labels("none")).toEqual(["fake"]);
});

test("refuses split lists that are damaged or overlap, by file and line", async () => {
  const strange = await tree({ ...files, "lists/splits/val.txt": "\n<html>\n" });
  await expect(readAll(deeperForensics, strange)).rejects.toThrow(/val\.txt, line 2/);
  const twice = await tree({ ...files, "lists/splits/val.txt": "000_M101.mp4\n" });
  await expect(readAll(deeperForensics, twice)).rejects.toThrow(/val\.txt, line 1.*in train too/);
});

import { expect, test } from "vitest";
import { celebDf } from "../../trainer/datasets/layouts/celeb-df";
import { brief, empty, readAll, tree } from "./datasets-tree";

const videos = empty(
  "Celeb-real/id0_0000.mp4",
  "Celeb-real/id1_0003.mp4",
  "YouTube-real/00170.mp4",
  "Celeb-synthesis/id0_id1_0000.mp4",
  "Celeb-synthesis/id1_id0_0003.mp4",
);

test("reads labels from folders and the test split from the list, where 1 is real", async () => {
  const root = await tree({
    ...videos,
    "List_of_testing_videos.txt":
      "1 YouTube-real/00170.mp4\r\n0 Celeb-synthesis/id1_id0_0003.mp4\r\n",
  });
  expect(await celebDf.recognise(root)).toBe(true);
  const { records, report } = await readAll(celebDf, root);
  expect(records.map(brief)).toEqual([
    ["Celeb-real/id0_0000.mp4", "real", "train", "celeb-df:id0"],
    ["Celeb-real/id1_0003.mp4", "real", "train", "celeb-df:id1"],
    ["YouTube-real/00170.mp4", "real", "test", "celeb-df:youtube-00170"],
    ["Celeb-synthesis/id0_id1_0000.mp4", "fake", "train", "celeb-df:id0", "celeb-df:id1"],
    ["Celeb-synthesis/id1_id0_0003.mp4", "fake", "test", "celeb-df:id1", "celeb-df:id0"],
  ]);
  expect(report.findings).toEqual([]);
});

test("takes folders in any case, with videos below them, and frames", async () => {
  const root = await tree({
    ...empty(
      "celeb-real/videos/id0_0000.mp4",
      "Youtube-real/frames/00170/000.png",
      "Celeb-Synthesis/videos/id0_id1_0000.mp4",
    ),
    "list_of_testing_videos.txt": "1 YouTube-real/00170.mp4\n",
  });
  const { records } = await readAll(celebDf, root);
  expect(records.map(({ file, label, split }) => [file, label, split])).toEqual([
    ["celeb-real/videos/id0_0000.mp4", "real", "train"],
    ["Youtube-real/frames/00170/000.png", "real", "test"],
    ["Celeb-Synthesis/videos/id0_id1_0000.mp4", "fake", "train"],
  ]);
});

test("lists contradictions, absent files, repetitions and strange names", async () => {
  const root = await tree({
    ...videos,
    ...empty("Celeb-synthesis/id0_0009.mp4", "YouTube-real/intro.mp4"),
    "List_of_testing_videos.txt": [
      "1 Celeb-synthesis/id0_id1_0000.mp4",
      "1 YouTube-real/00170.mp4",
      "1 YouTube-real/00170.mp4",
      "0 Celeb-synthesis/id7_id8_0001.mp4",
    ].join("\n"),
  });
  const { records, report } = await readAll(celebDf, root);
  expect(records).toHaveLength(4);
  expect(report.filesWith("contradiction")).toEqual(["Celeb-synthesis/id0_id1_0000.mp4"]);
  expect(report.filesWith("missing")).toEqual(["Celeb-synthesis/id7_id8_0001.mp4"]);
  expect(report.filesWith("duplicate")).toEqual(["YouTube-real/00170.mp4"]);
  expect(report.filesWith("unknown-name")).toEqual([
    "YouTube-real/intro.mp4",
    "Celeb-synthesis/id0_0009.mp4",
  ]);
});

test("reads without the list, and says that nothing is held out", async () => {
  const root = await tree(empty("Celeb-real/id0_0000.mp4"));
  const { records, report } = await readAll(celebDf, root);
  expect(records[0]?.split).toBeUndefined();
  expect(report.counts()).toEqual({ "no-split-file": 1, missing: 2 });
});

test.each([
  ["YouTube-real/00170.mp4", /line 2: expected/],
  ["2 YouTube-real/00170.mp4", /line 2: expected/],
  ["1 ../../elsewhere/00170.mp4", /line 2: expected/],
  ["0 Celeb-real/id0_0000.mp4", /line 2: celeb-real\/id0_0000 has the other label/],
])("refuses the list's line %j by file and line", async (line, message) => {
  const list = `1 Celeb-real/id0_0000.mp4\n${line}\n`;
  const root = await tree({ ...videos, "List_of_testing_videos.txt": list });
  await expect(readAll(celebDf, root)).rejects.toThrow(message);
  await expect(readAll(celebDf, root)).rejects.toThrow(/List_of_testing_videos\.txt/);
});

import { expect, test } from "vitest";
import { resultOf, unreadResult } from "../../cli/scan-result";
import { scanTable, summary } from "../../cli/scan-table";
import { withoutMaps } from "../../entrypoints/scan/bridge";
import type { Scanned } from "../../entrypoints/scan/scanner";
import type { FaceResult } from "../../model/verdict/verdict";

const face: FaceResult = {
  box: [10, 20, 30, 40],
  square: [0, 0, 60, 60],
  logit: 2,
  score: 0.88,
  level: "suspicious",
  track: 0,
};
const small: FaceResult = { box: [1, 2, 3, 4], logit: null, score: null, reason: "too-small" };

const picture: Scanned = {
  kind: "image",
  verdict: {
    level: "suspicious",
    reason: null,
    logit: 2,
    score: 0.88,
    faces: [face, small],
    model: "test 1",
  },
};
const video: Scanned = {
  kind: "video",
  verdict: {
    ...picture.verdict,
    faces: [face],
    frames: [{ time: 0.5, width: 640, height: 480, faces: [face] }],
  },
};
const found = { file: "a.jpg", path: "/a.jpg", kind: "image" as const };

test("a picture's element has the promised fields and no others", () => {
  expect(resultOf(found, picture)).toEqual({
    file: "a.jpg",
    kind: "image",
    level: "suspicious",
    reason: null,
    score: 0.88,
    logit: 2,
    faces: [
      { box: [10, 20, 30, 40], logit: 2, score: 0.88 },
      { box: [1, 2, 3, 4], logit: null, score: null, reason: "too-small" },
    ],
    model: "test 1",
  });
});

test("a video's element has its frames", () => {
  expect(resultOf({ ...found, kind: "video" }, video).frames).toEqual([
    { time: 0.5, faces: [{ box: [10, 20, 30, 40], logit: 2, score: 0.88 }] },
  ]);
});

test("a file that could not be read says so", () => {
  expect(unreadResult({ ...found, kind: null }, "there is no such file", null)).toEqual({
    file: "a.jpg",
    kind: null,
    level: null,
    reason: "unreadable",
    score: null,
    logit: null,
    faces: [],
    model: null,
    error: "there is no such file",
  });
});

test("maps stay in the page", () => {
  const map = { width: 1, height: 1, logits: [3] };
  const mapped = { ...face, map };
  const scanned: Scanned = {
    kind: "video",
    verdict: {
      ...video.verdict,
      faces: [mapped],
      frames: [{ time: 0, width: 1, height: 1, faces: [mapped] }],
    },
  };
  expect(JSON.stringify(withoutMaps(scanned))).not.toContain("map");
});

test("the table prints no terminal codes", () => {
  const result = unreadResult({ ...found, file: "a\u001b[2Jb\n.jpg" }, "it is damaged", null);
  expect(scanTable([result])).toContain("a�[2Jb�.jpg");
});

test("the table puts the strongest first and the summary counts", () => {
  const results = [
    unreadResult({ ...found, file: "bad.jpg" }, "it is damaged", null),
    resultOf({ ...found, file: "odd.jpg" }, picture),
  ];
  expect(scanTable(results).split("\n")).toEqual([
    "Result                      Score  Looked at  File",
    "Some signs of manipulation  0.88   2 faces    odd.jpg",
    "Could not be read                             bad.jpg: it is damaged",
    "",
  ]);
  expect(summary(results, 3)).toBe(
    "2 files: 1 × could not be read, 1 × some signs of manipulation; 3 other files left out.",
  );
});

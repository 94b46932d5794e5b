/** What a card reads out of a verdict: faces in order, when signs were seen, and where. */
import { expect, test } from "vitest";
import { rankFaces, videoFindings } from "../../components/findings";
import { heatPixels } from "../../components/heat";
import type { FaceResult, FrameResult, Level, Verdict } from "../../model/verdict/verdict";

function face(logit: number | null, level?: Level): FaceResult {
  return { box: [0, 0, 90, 90], logit, score: logit === null ? null : 0.5, level };
}

function verdict(level: Level | null, faces: FaceResult[], frames?: FrameResult[]): Verdict {
  return { level, reason: null, logit: 1, score: 0.5, faces, frames, model: "m 1" };
}

const frame = (time: number, ...faces: FaceResult[]): FrameResult => ({
  time,
  width: 640,
  height: 360,
  faces,
});

test("ranks faces by their signs and keeps their thumbnails' places", () => {
  const ranked = rankFaces(
    verdict("strong", [face(null), face(-3, "no-sign"), face(4, "strong"), face(1, "suspicious")]),
  );
  expect(ranked.map(({ index }) => index)).toEqual([2, 3, 1, 0]);
  expect(ranked.map(({ level }) => level)).toEqual(["strong", "suspicious", "no-sign", null]);
});

test("gives the medium's level to its strongest face where faces have none", () => {
  const ranked = rankFaces(verdict("suspicious", [face(0), face(2)]));
  expect(ranked.map(({ index, level }) => [index, level])).toEqual([
    [1, "suspicious"],
    [0, null],
  ]);
});

test("says when signs were seen, in playing order even after a seek", () => {
  const findings = videoFindings(
    verdict(
      "strong",
      [face(3, "strong")],
      [
        frame(20, face(3, "strong")),
        frame(4, face(-1, "no-sign")),
        frame(8, face(2, "suspicious"), face(-2, "no-sign")),
        frame(30),
      ],
    ),
  );
  expect(findings).toEqual({
    looked: 4,
    withFace: 3,
    span: [4, 30],
    flagged: { frames: 2, span: [8, 20] },
  });
});

test("has no findings for pictures and for videos not looked at", () => {
  expect(videoFindings(verdict("strong", [face(3)]))).toBeNull();
  expect(videoFindings(verdict(null, [], []))).toBeNull();
});

test("colours the strongest cell most and nothing below the middle", () => {
  const pixels = heatPixels({ width: 2, height: 2, logits: [-4, -2, 0, 4] });
  const alphas = [3, 7, 11, 15].map((index) => pixels?.[index]);
  expect(alphas[0]).toBe(0);
  expect(alphas[1]).toBe(0);
  expect(alphas[3]).toBeGreaterThan(150);
});

test.each([
  ["flat", { width: 2, height: 1, logits: [1, 1] }],
  ["of another size", { width: 3, height: 3, logits: [1, 2] }],
  ["empty", { width: 0, height: 0, logits: [] }],
  ["not a number", { width: 2, height: 1, logits: [Number.NaN, Number.NaN] }],
])("draws no map that is %s", (_name, map) => {
  expect(heatPixels(map)).toBeNull();
});

// False alarms by kind of picture and person: who is counted where, and what is not known stays unsaid.
import { expect, it } from "vitest";
import { intervals } from "../../trainer/evaluation/bootstrap";
import { kindFigures } from "../../trainer/evaluation/kinds";
import { evaluationMarkdown } from "../../trainer/evaluation/markdown";
import type { ScoredFace } from "../../trainer/evaluation/scoring";
import { CARD, face, reportOf } from "./evaluation-fixture";

const SIZE = 16;
const student = { inputSize: SIZE, gates: { minFacePx: 48, minSharpness: 10 } };

/** A crop of one colour, with a checkerboard of the given strength on it. */
function crop(rgb: readonly number[], checks = 60): Uint8Array {
  return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, i) => {
    const pixel = Math.floor(i / 3);
    const isOdd = ((pixel % SIZE) + Math.floor(pixel / SIZE)) % 2 === 1;
    return (rgb[i % 3] as number) + (isOdd ? checks : 0);
  });
}

const SKIN = [180, 140, 120];

function figures(...pictures: [ScoredFace, Uint8Array][]) {
  const crops = new Uint8Array(pictures.flatMap(([, pixels]) => [...pixels]));
  const faces = pictures.map(([scored]) => scored);
  return kindFigures(faces, crops, student, intervals(20, 1));
}

const kindsOf = (...picture: [ScoredFace, Uint8Array]) =>
  figures(picture).map(({ kind }) => kind.replace(/ \(.*/, ""));

function named(file: string, source = "utkface"): ScoredFace {
  const scored = face("real", source, "a", 0);
  return {
    ...scored,
    row: { ...scored.row, file: `train/real/${source}/${file}`, box: [0, 0, 120, 120] },
  };
}

it("tells pictures by their pixels, medium and size", () => {
  const photo = named("1.jpg", "photos");
  expect(kindsOf(photo, crop(SKIN))).toEqual(["photograph"]);
  expect(kindsOf(photo, crop([150, 150, 152]))).toEqual(["photograph", "black and white"]);
  expect(kindsOf(photo, crop([60, 40, 30], 20))).toEqual(["photograph", "low light"]);
  expect(kindsOf({ ...photo, sharpness: 1 }, crop(SKIN))).toEqual(["photograph", "soft"]);
  const { row } = photo;
  const small: ScoredFace = { ...photo, row: { ...row, video: "a.mp4", box: [0, 0, 60, 95] } };
  expect(kindsOf(small, crop(SKIN))).toEqual(["frame of a video", "face under 96 px"]);
});

it.each([
  ["10_0_0_20170103200522151_jpg_chip.jpg", ["up to 12 years", "men", "White"]],
  ["13_1_1_20170103200522151_jpg_chip.jpg", ["13 to 59 years", "women", "Black"]],
  ["60_0_2_x.jpg", ["60 years and older", "men", "Asian"]],
  ["116_1_4_x.jpg", ["60 years and older", "women", "Others"]],
  // Some names of the data set lack a part; nothing is guessed.
  ["61_1_20170109142408075.jpg", []],
  ["39_1_7_x.jpg", []],
])("reads %s as the data set means it", (file, people) => {
  const found = kindsOf(named(file), crop(SKIN)).filter((kind) => kind.startsWith("UTKFace"));
  expect(found).toEqual(people.map((kind) => `UTKFace: ${kind}`));
});

it("reads nothing into the names of other data sets", () => {
  expect(kindsOf(named("10_0_0_x.jpg", "photos"), crop(SKIN))).toEqual(["photograph"]);
});

it("counts alarms of reals alone, abstentions as none", () => {
  const grey = crop([150, 150, 150]);
  const found = figures(
    [face("real", "photos", "a", 4), grey],
    [face("real", "photos", "b", 4, { judged: false }), grey],
    [face("real", "photos", "c", -2), crop(SKIN)],
    [face("fake", "photos", "d", 5), grey],
  );
  const [photographs, greys] = found;
  expect(photographs).toMatchObject({ pictures: 3, groups: 3, meanLogit: 2 });
  expect(photographs?.levels.suspicious.value).toBeCloseTo(1 / 3);
  expect(greys).toMatchObject({ kind: "black and white", pictures: 2 });
  expect(greys?.levels.abstained.value).toBe(0.5);
});

it("stands in the tables", () => {
  const faces = [face("real", "photos", "a", 4), face("fake", "photos", "b", 1)];
  const crops = new Uint8Array(2 * SIZE * SIZE * 3);
  const realsByKind = kindFigures(faces, crops, { ...CARD, inputSize: SIZE }, intervals(20, 1));
  const text = evaluationMarkdown({ ...reportOf(faces), realsByKind });
  expect(text).toContain("**False alarms on real pictures, by kind**");
  expect(text).toMatch(/\| black and white \| 1 \| 1 \| 4\.00 \| 100\.0 %/);
  expect(evaluationMarkdown(reportOf(faces))).not.toContain("by kind");
});

import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { StudentCardSchema } from "../../model/package/card";
import { cardMetrics } from "../../trainer/evaluation/card-metrics";
import { evaluationMarkdown } from "../../trainer/evaluation/markdown";
import { reportJson } from "../../trainer/evaluation/report";
import { videosOf } from "../../trainer/evaluation/videos";
import { CARD, face, reportOf } from "./evaluation-fixture";

const mixed = [
  ...[-2, -1, 0.5, 2.5].map((logit, i) => face("real", "photos", `p${i}`, logit)),
  face("real", "photos", "p4", 4, { judged: false }),
  ...[0, 1.5].map((logit, i) => face("real", "both", `b${i}`, logit)),
  ...[1, 3.5].map((logit, i) => face("fake", "both", `f${i}`, logit, { generator: "swap" })),
  ...[3, 5, -1].map((logit, i) => face("fake", "portraits", `g${i}`, logit)),
  ...[2, 4].map((logit, i) => face("fake", "more", `h${i}`, logit)),
];

describe("levels of an evaluation", () => {
  const report = reportOf(mixed);

  it("count as the extension shows them: an abstaining face raises no alarm", () => {
    const photos = report.realsBySource.find(({ source }) => source === "photos");
    expect(photos?.levels.suspicious.value).toBeCloseTo(1 / 5);
    expect(photos?.levels.abstained.value).toBeCloseTo(1 / 5);
    expect(report.frames.reals.suspicious.value).toBeCloseTo(1 / 7);
    // The ranking looks at its logit all the same.
    expect(report.curves.roc.at(1)).toEqual([0, 1 / 7]);
  });

  it("rise: what is strong is suspicious, what is suspicious is unsure", () => {
    const { unsure, suspicious, strong } = report.frames.fakes;
    expect([unsure.value, suspicious.value, strong.value]).toEqual([6 / 7, 5 / 7, 4 / 7]);
  });
});

describe("a share of nothing", () => {
  const quiet = (groups: number) =>
    Array.from({ length: groups }, (_, i) => face("real", "photos", `q${i}`, -1));
  const alarms = (groups: number) => reportOf(quiet(groups)).realsBySource[0]?.levels.suspicious;

  it("is bounded by the number of groups, and not certain", () => {
    // (1 - p)^n = 0.025
    expect(alarms(9)).toMatchObject({ value: 0, low: 0 });
    expect(alarms(9)?.high).toBeCloseTo(0.3363, 4);
    expect(alarms(150)?.high).toBeCloseTo(0.0243, 4);
  });

  it("and of all likewise", () => {
    const blurred = quiet(9).map((one) => ({ ...one, level: null }));
    const { abstained } = reportOf(blurred).realsBySource[0]?.levels ?? {};
    expect(abstained).toMatchObject({ value: 1, high: 1 });
    expect(abstained?.low).toBeCloseTo(1 - 0.3363, 4);
  });

  it("has no bound where there is one group", () => {
    expect(alarms(1)?.high).toBeNaN();
  });
});

describe("figures by source and generator", () => {
  const report = reportOf(mixed);

  it("put sources of one generator together", () => {
    expect(report.fakesByGenerator.map(({ name, of, pictures }) => [name, of, pictures])).toEqual([
      ["gan", ["more", "portraits"], 5],
      ["swap", ["both"], 2],
    ]);
    expect(report.fakesBySource.map(({ name }) => name)).toEqual(["both", "more", "portraits"]);
  });

  it("measure within a source only where it has both labels", () => {
    expect(report.within.map(({ source, reals, fakes }) => [source, reals, fakes])).toEqual([
      ["both", 2, 2],
    ]);
    expect(report.within[0]?.auc.value).toBe(0.75);
    expect(report.within[0]?.matchedAuc.value).toBe(0.75);
  });
});

describe("sharpness", () => {
  const soft = { sharpness: 20 };
  const sharp = { sharpness: 400 };
  /** Ten people: most fakes are soft, most reals sharp, and some of either are not. */
  const faces = (logitOf: (isFake: boolean, isSoft: boolean) => number) =>
    Array.from({ length: 10 }, (_, n) => [
      face("real", "r", `r${n}`, logitOf(false, n < 2), n < 2 ? soft : sharp),
      face("fake", "f", `f${n}`, logitOf(true, n >= 2), n >= 2 ? soft : sharp),
    ]).flat();

  it("finds out a student that goes by it alone", () => {
    const { frames, softness } = reportOf(faces((_, isSoft) => (isSoft ? 3 : -3)));
    expect(frames.auc.value).toBeCloseTo(0.8, 6);
    expect(softness.alone.value).toBeCloseTo(0.8, 6);
    expect(softness.matched.value).toBe(0.5);
  });

  it("takes nothing from one that sees the manipulation", () => {
    const { softness } = reportOf(faces((isFake) => (isFake ? 3 : -3)));
    expect(softness.matched.value).toBe(1);
    expect(softness.matched.low).toBe(1);
  });

  it("cannot be matched where no real face is as sharp as any fake one", () => {
    const { softness } = reportOf([
      face("real", "r", "a", 0, soft),
      face("fake", "f", "b", 1, sharp),
    ]);
    expect(softness.matched.value).toBeNaN();
    expect(softness.alone.value).toBe(0);
  });
});

describe("videos", () => {
  const frames = (label: "real" | "fake", video: string, logits: number[], judged = true) =>
    logits.map((logit) => face(label, "clips", video, logit, { video, judged }));
  const faces = [
    ...frames("real", "a", [0, 0, 0, 0, 20]),
    ...frames("fake", "b", [3, 3, 3, 3, 3]),
    ...frames("fake", "short", [9, 9]),
    ...frames("real", "blurred", [5, 5, 5, 5], false),
    face("real", "photos", "still", 1),
  ];

  it("are scored by the mean, and by the rule of the extension beside it", () => {
    const videos = videosOf(faces, CARD);
    expect(videos.map(({ group, frames, logit }) => [group, frames, logit])).toEqual([
      ["a", 5, 4],
      ["b", 5, 3],
      ["short", 2, 9],
      ["blurred", 4, 5],
    ]);
    // One odd frame of five is trimmed; two frames are too few for a flag; blurred ones give none.
    expect(videos.map(({ verdict }) => [verdict.logit, verdict.level])).toEqual([
      [0, "no-sign"],
      [3, "strong"],
      [9, "unsure"],
      [null, null],
    ]);
  });

  it("have figures of their own", () => {
    const { videos } = reportOf(faces);
    expect(videos).toMatchObject({ reals: 2, fakes: 2, frames: 16, groups: 4 });
    expect(videos?.mean.auc.value).toBe(0.5);
    expect(videos?.extension.auc.value).toBe(1);
    expect(videos?.extension.fakesSuspicious.value).toBe(0.5);
    expect(videos?.extension.realsSuspicious.value).toBe(0);
    expect(videos?.extension.abstained.value).toBe(0.25);
  });

  it("are passed over where there are none", () => {
    const report = reportOf(mixed);
    expect(report.videos).toBeNull();
    expect(evaluationMarkdown(report)).not.toContain("**Videos**");
  });
});

describe("a split without fakes", () => {
  const report = reportOf(mixed.filter(({ isFake }) => !isFake));

  it("prints dashes where nothing can be measured, and what can be", () => {
    const text = evaluationMarkdown(report);
    expect(text).toContain("| AUC | – |");
    expect(text).toMatch(/real pictures at `suspicious` or above \| 14\.3 % \(/);
    expect(text).not.toContain("NaN");
  });

  it("gives JSON with null, and a card with the figures that exist", () => {
    expect(JSON.parse(reportJson(report)).frames.auc).toEqual({
      value: null,
      low: null,
      high: null,
    });
    const metrics = cardMetrics(report);
    expect(v.is(StudentCardSchema, { ...CARD, metrics })).toBe(true);
    expect(metrics.map(({ name }) => name)).toContain(
      "share of real pictures at or above suspicious",
    );
    expect(metrics.map(({ name }) => name)).not.toContain("auc");
  });
});

describe("a split without reals", () => {
  it("is reported as well", () => {
    const text = evaluationMarkdown(reportOf(mixed.filter(({ isFake }) => isFake)));
    expect(text).toContain("| AUC | – |");
    expect(text).toMatch(/fakes at `suspicious` or above \| 71\.4 %/);
    expect(text).not.toContain("NaN");
  });
});

describe("evaluationMarkdown", () => {
  it("marks intervals that rest on few groups", () => {
    const text = evaluationMarkdown(reportOf(mixed));
    expect(text).toMatch(/\| both \| swap \| 2 \| 2 \| [^|]*\)\\\* \|/);
    expect(text).not.toMatch(/\| AUC \| [^|]*\\\*/);
  });

  it("lets no name of a manifest break out of its cell", () => {
    const odd = face("fake", "a|b\n`c` <i>", "x", 1, { generator: "[g](http://x)" });
    const text = evaluationMarkdown(reportOf([...mixed, odd]));
    expect(text).toContain("a\\|b \\`c\\` \\<i\\>");
    expect(text).toContain("\\[g\\](http://x)");
  });
});

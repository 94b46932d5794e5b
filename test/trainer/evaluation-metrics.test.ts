// Every metric against scikit-learn's values on stored vectors, plain and weighted. How the values
// were made stands in the fixture.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { auc } from "../../trainer/evaluation/auc";
import { cornersOf, rank } from "../../trainer/evaluation/ranking";
import { reliability } from "../../trainer/evaluation/reliability";

interface Expected {
  auc: number;
  averagePrecision: number;
  equalErrorRate: number;
  truePositiveRateAt1: number;
  truePositiveRateAt5: number;
  brier: number;
  calibrationError: number;
  rocPoints: [number, number][];
}

interface Case {
  name: string;
  temperature: number;
  labels: number[];
  scores: number[];
  weights: number[];
  plain: Expected;
  weighted: Expected;
}

const fixture = new URL("../fixtures/metrics/scikit-learn.json", import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, "utf8")) as { cases: Case[] };

describe.each(cases)("metrics of $name", ({ temperature, labels, scores, ...stored }) => {
  const pictures = scores.map((logit, i) => ({ logit, isFake: labels[i] === 1, group: `${i}` }));
  const ranking = rank(pictures);
  const calibration = reliability(pictures, temperature);

  it.each(["plain", "weighted"] as const)("are scikit-learn's, %s", (kind) => {
    const expected = stored[kind];
    const weights =
      kind === "plain"
        ? new Float64Array(scores.length).fill(1)
        : Float64Array.from(stored.weights);
    expect(ranking.auc(weights)).toBeCloseTo(expected.auc, 10);
    expect(ranking.averagePrecision(weights)).toBeCloseTo(expected.averagePrecision, 10);
    expect(ranking.equalErrorRate(weights)).toBeCloseTo(expected.equalErrorRate, 10);
    expect(ranking.truePositiveRateAt(0.01)(weights)).toBeCloseTo(expected.truePositiveRateAt1, 10);
    expect(ranking.truePositiveRateAt(0.05)(weights)).toBeCloseTo(expected.truePositiveRateAt5, 10);
    expect(calibration.brier(weights)).toBeCloseTo(expected.brier, 10);
    expect(calibration.calibrationError(weights)).toBeCloseTo(expected.calibrationError, 10);
    const points = ranking.rocPoints(weights);
    expect(points.length).toBe(expected.rocPoints.length);
    points.forEach((point, i) => {
      expect(point[0]).toBeCloseTo(expected.rocPoints[i]![0], 8);
      expect(point[1]).toBeCloseTo(expected.rocPoints[i]![1], 8);
    });
  });

  it("agree with the AUC of plain lists", () => {
    const of = (label: number) => scores.filter((_, i) => labels[i] === label);
    expect(auc(of(0), of(1))).toBeCloseTo(stored.plain.auc, 10);
  });

  it("keep their area when the straight pieces of the curve lose their points", () => {
    const points = cornersOf(ranking.rocPoints());
    const area = points.reduce((sum, [x, y], i) => {
      const [px, py] = points[i - 1] ?? [0, 0];
      return sum + ((x - px) * (y + py)) / 2;
    }, 0);
    expect(points.length).toBeLessThan(ranking.rocPoints().length);
    expect(area).toBeCloseTo(stored.plain.auc, 10);
  });
});

describe("metrics without one of the classes", () => {
  it("do not exist", () => {
    const reals = [1, 2].map((logit) => ({ logit, isFake: false, group: "a" }));
    const ranking = rank(reals);
    const weights = new Float64Array([1, 1]);
    for (const statistic of [
      ranking.auc,
      ranking.averagePrecision,
      ranking.equalErrorRate,
      ranking.truePositiveRateAt(0.05),
    ])
      expect(statistic(weights)).toBeNaN();
    expect(ranking.rocPoints()).toEqual([]);
  });
});

describe("reliability bins", () => {
  it("cover the scores from 0 to 1 and count every picture once", () => {
    const pictures = [-50, -1, 0, 1, 50].map((logit) => ({ logit, isFake: logit > 0, group: "" }));
    const bins = reliability(pictures, 1).bins();
    expect(bins[0]!.from).toBe(0);
    expect(bins.at(-1)!.to).toBe(1);
    expect(bins.reduce((sum, bin) => sum + bin.pictures, 0)).toBe(5);
    expect(bins.at(-1)).toMatchObject({ pictures: 1, meanScore: 1, fakeShare: 1 });
    expect(bins[1]!.meanScore).toBeNaN();
  });
});

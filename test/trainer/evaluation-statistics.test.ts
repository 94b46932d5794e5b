import { describe, expect, it } from "vitest";
import { auc, thresholdAt, thresholdForEach } from "../../trainer/evaluation/auc";
import { clusterBootstrap, meanOf, type Scored, shareOf } from "../../trainer/evaluation/bootstrap";
import { rank } from "../../trainer/evaluation/ranking";
import { fitProbe } from "../../trainer/evaluation/shortcut-probe";
import { fitTemperature } from "../../trainer/evaluation/temperature";
import { Random } from "../../trainer/random";

describe("auc", () => {
  it("matches values worked out by hand and scikit-learn's documentation", () => {
    // sklearn.metrics.roc_auc_score([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]) == 0.75
    expect(auc([0.1, 0.4], [0.35, 0.8])).toBe(0.75);
    expect(auc([1, 2], [3, 4])).toBe(1);
    expect(auc([1, 1], [1, 1])).toBe(0.5);
    expect(auc([], [1])).toBeNaN();
  });
});

describe("thresholdAt", () => {
  it("lets at most the stated share of reals pass", () => {
    const reals = Array.from({ length: 200 }, (_, i) => i);
    for (const rate of [0.05, 0.01, 0.002, 0]) {
      const threshold = thresholdAt(reals, rate);
      const share = reals.filter((score) => score >= threshold).length / reals.length;
      expect(share).toBeLessThanOrEqual(rate);
      expect(share).toBeGreaterThan(rate - 1 / 200);
    }
  });

  it("steps over ties", () => {
    const threshold = thresholdAt([0, 1, 1, 1, 1], 0.2);
    expect(threshold).toBeGreaterThan(1);
  });
});

describe("thresholdForEach", () => {
  const clean = Float32Array.from({ length: 100 }, (_, i) => i);
  const compressed = clean.map((score) => score + 40);
  const reached = (scores: Float32Array, threshold: number) =>
    scores.filter((score) => score >= threshold).length;

  it("keeps the rate in the list that scores highest, not in the mean of all", () => {
    const threshold = thresholdForEach([clean, compressed, clean], 0.05);
    expect(reached(compressed, threshold)).toBe(5);
    expect(reached(clean, threshold)).toBe(0);
    expect(thresholdAt([...clean, ...compressed, ...clean], 0.05)).toBeLessThan(threshold);
  });

  it("asks all lists together where the rate is less than one score of a list", () => {
    const lists = [clean, compressed, clean];
    const threshold = thresholdForEach(lists, 0.007);
    expect(threshold).toBe(thresholdAt([...clean, ...compressed, ...clean], 0.007));
    expect(reached(compressed, threshold)).toBe(2);
  });

  it("says so where there is no score at all", () => {
    expect(() => thresholdForEach([new Float32Array()], 0.05)).toThrow("no real scores");
  });
});

describe("clusterBootstrap", () => {
  const pictures = (groups: number, perGroup: number): Scored[] => {
    const random = new Random(3);
    return Array.from({ length: groups }, (_, g) => {
      // Pictures of a group share nearly all of their score.
      const level = random.normal();
      return Array.from({ length: perGroup }, () => ({
        logit: level + 0.01 * random.normal() + (g % 2),
        isFake: g % 2 === 1,
        group: `g${g}`,
      }));
    }).flat();
  };

  it("gives the plain AUC as its value and an interval around it", () => {
    const scored = pictures(60, 3);
    const plain = auc(
      scored.filter(({ isFake }) => !isFake).map(({ logit }) => logit),
      scored.filter(({ isFake }) => isFake).map(({ logit }) => logit),
    );
    const interval = clusterBootstrap(scored, rank(scored).auc, 400);
    expect(interval.value).toBeCloseTo(plain, 12);
    expect(interval.low).toBeLessThan(plain);
    expect(interval.high).toBeGreaterThan(plain);
  });

  it("does not grow surer when every picture is repeated within its group", () => {
    const few = pictures(30, 1);
    const many = few.flatMap((picture) => Array.from({ length: 20 }, () => picture));
    const width = (scored: Scored[]) => {
      const { low, high } = clusterBootstrap(scored, rank(scored).auc, 400);
      return high - low;
    };
    expect(width(many)).toBeCloseTo(width(few), 10);
  });

  it("has no interval from a single group", () => {
    const one = pictures(1, 5);
    const interval = clusterBootstrap(
      one,
      shareOf(one, ({ logit }) => logit >= 0),
      100,
    );
    expect(interval.low).toBeNaN();
  });

  it("has no value of no pictures", () => {
    expect(clusterBootstrap([], rank([]).auc, 10)).toEqual({
      value: Number.NaN,
      low: Number.NaN,
      high: Number.NaN,
    });
  });

  it("covers a known mean about as often as it says", () => {
    let covered = 0;
    const rounds = 200;
    for (let round = 0; round < rounds; round++) {
      const random = Random.at(11, round);
      const scored = Array.from({ length: 40 }, (_, g) => {
        const level = random.normal();
        return Array.from({ length: 4 }, () => ({
          logit: level + 0.2 * random.normal(),
          isFake: false,
          group: `g${g}`,
        }));
      }).flat();
      const { low, high } = clusterBootstrap(
        scored,
        meanOf(scored, ({ logit }) => logit),
        200,
        round,
      );
      if (low <= 0 && high >= 0) covered += 1;
    }
    expect(covered / rounds).toBeGreaterThan(0.9);
    expect(covered / rounds).toBeLessThan(0.985);
  });

  it("pairs two scorings of the same pictures", () => {
    const clean = pictures(40, 2);
    // The same constant added to every logit changes no ranking, in any resample.
    const shifted = clean.map((picture) => ({ ...picture, logit: picture.logit + 3 }));
    const [before, after] = [rank(clean).auc, rank(shifted).auc];
    const drop = clusterBootstrap(clean, (weights) => before(weights) - after(weights), 200);
    expect(drop).toEqual({ value: 0, low: 0, high: 0 });
  });
});

describe("fitTemperature", () => {
  it("finds the factor by which logits are too large", () => {
    const random = new Random(5);
    const real: number[] = [];
    const fake: number[] = [];
    for (let i = 0; i < 20_000; i++) {
      const logit = 2 * random.normal();
      (random.chance(1 / (1 + Math.exp(-logit))) ? fake : real).push(3 * logit);
    }
    expect(fitTemperature(real, fake)).toBeCloseTo(3, 0);
  });
});

describe("the shortcut probe", () => {
  it("finds a shortcut that is there and none in noise", () => {
    const random = new Random(8);
    const row = (label: number, give: number) =>
      Array.from({ length: 12 }, (_, j) => random.normal() + (j === 3 ? give * label : 0));
    const labels = Array.from({ length: 400 }, (_, i) => i % 2);
    const measure = (give: number) => {
      const probe = fitProbe(
        labels.map((label) => row(label, give)),
        labels,
      );
      const scores = (label: number) => Array.from({ length: 300 }, () => probe(row(label, give)));
      return auc(scores(0), scores(1));
    };
    expect(measure(3)).toBeGreaterThan(0.95);
    expect(Math.abs(measure(0) - 0.5)).toBeLessThan(0.1);
  });
});

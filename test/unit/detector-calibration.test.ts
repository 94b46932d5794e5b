import { expect, test } from "vitest";
import { type Calibration, gateOf, levelOf, scoreOf } from "../../model/calibration/calibration";

const calibration: Calibration = {
  temperature: 2,
  thresholds: { unsure: { logit: 0 }, suspicious: { logit: 1 }, strong: { logit: 3 } },
  gates: { minFacePx: 48, minSharpness: 10 },
};

test("the score is the sigmoid of the tempered logit", () => {
  expect(scoreOf(0, calibration)).toBe(0.5);
  expect(scoreOf(2, calibration)).toBeCloseTo(1 / (1 + Math.exp(-1)));
  expect(scoreOf(-1000, calibration)).toBeCloseTo(0);
  expect(scoreOf(1e9, calibration)).toBe(1);
  expect(scoreOf(-1e9, calibration)).toBe(0);
});

test("a level begins exactly at its threshold", () => {
  const levels = [-0.01, 0, 0.99, 1, 2.99, 3].map((logit) => levelOf(logit, calibration));
  expect(levels).toEqual(["no-sign", "unsure", "unsure", "suspicious", "suspicious", "strong"]);
});

test("gates abstain on small and on blurred faces, small first", () => {
  expect(gateOf(47.9, 100, calibration)).toBe("too-small");
  expect(gateOf(48, undefined, calibration)).toBeNull();
  expect(gateOf(48, 9.9, calibration)).toBe("too-blurred");
  expect(gateOf(20, 1, calibration)).toBe("too-small");
  expect(gateOf(48, 10, calibration)).toBeNull();
});

// What of an evaluation goes into the package's card, so that a student carries its own figures.
import type { StudentCard } from "../../model/package/card";
import type { Interval } from "./bootstrap";
import type { EvaluationReport } from "./report";

type CardMetric = StudentCard["metrics"][number];

/** The card's metrics of a split. Figures that do not exist are left out: a card holds numbers. */
export function cardMetrics(report: EvaluationReport): CardMetric[] {
  const { split, frames, videos, softness, pictures, blends, surroundings, robustness } = report;
  const metric = (
    name: string,
    scope: string,
    { value, low, high }: Interval,
    sizes: { pictures?: number; groups?: number } = {},
  ): CardMetric => ({
    name,
    split,
    scope,
    value: rounded(value),
    ...(Number.isFinite(low) && Number.isFinite(high)
      ? { low: rounded(low), high: rounded(high) }
      : {}),
    ...sizes,
  });
  const all = { pictures: pictures.real + pictures.fake, groups: pictures.groups };
  const reals = { pictures: pictures.real };
  const falseAlarms = "share of real pictures at or above suspicious";
  const metrics = [
    metric("auc", "all", frames.auc, all),
    metric("auc between faces of like sharpness", "all", softness.matched, all),
    metric("average precision", "all", frames.averagePrecision, all),
    metric("equal error rate", "all", frames.equalErrorRate, all),
    metric("fakes found at 1 % false alarms", "all", frames.truePositiveRateAt1, all),
    metric("fakes found at 5 % false alarms", "all", frames.truePositiveRateAt5, all),
    metric("expected calibration error", "all", frames.calibrationError, all),
    metric("brier score", "all", frames.brier, all),
    metric(falseAlarms, "all", frames.reals.suspicious, reals),
    metric("share of real pictures not judged", "all", frames.reals.abstained, reals),
    ...(videos
      ? [
          metric("auc of videos, by the mean logit", "all", videos.mean.auc, {
            groups: videos.groups,
          }),
        ]
      : []),
    ...report.fakesBySource.map(({ name, auc, pictures, groups }) =>
      metric("auc against all real pictures", name, auc, { pictures, groups }),
    ),
    ...report.within.map(({ source, auc, reals, fakes, groups }) =>
      metric("auc within the source", source, auc, { pictures: reals + fakes, groups }),
    ),
    ...report.realsBySource.map(({ source, levels, pictures, groups }) =>
      metric(falseAlarms, source, levels.suspicious, { pictures, groups }),
    ),
    ...(blends
      ? [
          metric("auc of own blends", "all", blends.auc, { groups: blends.groups }),
          metric("auc of the map's cells in own blends", "all", blends.cellAuc, {
            groups: blends.groups,
          }),
          metric("auc of the map's pixels in own blends", "all", blends.pixelAuc, {
            groups: blends.groups,
          }),
        ]
      : []),
    ...(surroundings
      ? [
          metric("auc of real faces before fakes' surroundings", "all", surroundings.auc, {
            groups: surroundings.groups,
          }),
        ]
      : []),
    ...(robustness?.conditions ?? []).flatMap(({ name, auc, realsSuspicious }) => [
      metric("auc after a change", name, auc, all),
      metric(`${falseAlarms}, after a change`, name, realsSuspicious, reals),
    ]),
  ];
  return metrics.filter(({ value }) => Number.isFinite(value));
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

/** Says in plain words what the card of the student package states in figures. */
import type { StudentCard } from "../../model/package/card";

type Metric = StudentCard["metrics"][number];

/** `1 in 100`, `4 in 1,000`; two digits at most, because the figures carry no more. */
export function oneIn(rate: number): string {
  if (rate <= 0) return "none";
  for (const many of [100, 1000, 10_000]) {
    const count = rate * many;
    if (count >= 0.95) return `${Math.round(count)} in ${many.toLocaleString("en")}`;
  }
  return "fewer than 1 in 10,000";
}

/** How often real faces are flagged, for each level that raises a flag. */
export function falseAlarms({ thresholds }: StudentCard): string[] {
  const { suspicious, strong } = thresholds;
  if (suspicious.realPictures === 0) return [];
  const measured = `${suspicious.realPictures.toLocaleString("en")} real faces`;
  return [
    `Of ${measured} set aside for the purpose, ${oneIn(suspicious.falsePositiveRate)} were flagged although nothing was changed, and ${oneIn(strong.falsePositiveRate)} as strong.`,
  ];
}

/** One line of the table of how well manipulated faces are told from real ones. */
export interface RankingRow {
  /** Which manipulated faces, as the card names them; "All together" for the whole. */
  source: string;
  /** Of 100 pairs of a real and a manipulated face, in how many the latter ranks higher. */
  right: string;
  /** 95 % interval of `right`; empty where it was not measured. */
  interval: string;
  faces: string;
}

/** Frame-level ranking (AUC) by source, the whole first; empty where the card has none. */
export function rankingRows({ metrics }: StudentCard): RankingRow[] {
  const rankings = metrics.filter(({ name }) => /(^|[\s_-])auc$/i.test(name));
  const split = rankings.some((metric) => metric.split === "test") ? "test" : rankings[0]?.split;
  return rankings
    .filter((metric) => metric.split === split)
    .toSorted((a, b) => Number(isWhole(b)) - Number(isWhole(a)))
    .map((metric) => ({
      source: isWhole(metric) ? "All together" : metric.scope,
      right: hundredths(metric.value),
      interval:
        metric.low === undefined || metric.high === undefined
          ? ""
          : `${hundredths(metric.low)} to ${hundredths(metric.high)}`,
      faces: metric.pictures?.toLocaleString("en") ?? "",
    }));
}

const isWhole = ({ scope }: Metric) => scope === "all";

/** 0.9432 → `94` */
function hundredths(value: number): string {
  return String(Math.round(value * 100));
}

/** `23 November 2026` */
export function longDate(isoDate: string): string {
  return new Date(`${isoDate}T00:00:00Z`).toLocaleDateString("en-GB", {
    day: "numeric",
    month: "long",
    year: "numeric",
    timeZone: "UTC",
  });
}

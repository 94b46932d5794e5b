/** Says in plain words what the card of the student package states in figures. */
import { counted } from "../../components/words";
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

/** How often real faces are flagged by mistake; null where that was not measured. */
export function falseAlarms(card: StudentCard): string | null {
  const measured = bestSplit(card, isFalseAlarm).find(isWhole);
  if (measured?.pictures) {
    const range =
      measured.low === undefined || measured.high === undefined
        ? ""
        : ` (likely ${oneIn(measured.low)} to ${oneIn(measured.high)})`;
    return `Of ${counted(measured.pictures, "ordinary face")} from sources that ${measured.student ? "the measured model" : "it"} had not learned from, ${oneIn(measured.value)} were flagged by mistake${range}.`;
  }
  const { suspicious } = card.thresholds;
  if (suspicious.realPictures === 0) return null;
  return `Of ${counted(suspicious.realPictures, "ordinary face")} set aside in training, ${oneIn(suspicious.falsePositiveRate)} were flagged by mistake.`;
}

/** Whose figures these are, where they are not this model's own; null where they are. */
export function measuredModel(card: StudentCard): string | null {
  const student = bestSplit(card, isRanking)[0]?.student;
  return student
    ? `The figures below are those of ${student}, which had not learned from the pictures that it was measured on. This model has learned from those too, so nothing is left to measure it on.`
    : null;
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

/** Picture-level ranking (AUC) by source, the whole first; empty where the card has none. */
export function rankingRows(card: StudentCard): RankingRow[] {
  const rankings = bestSplit(card, isRanking);
  return rankings
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

/** The names that the trainer gives its figures. */
const isRanking = ({ name }: Metric) => name === "auc" || name === "auc against all real pictures";
const isFalseAlarm = ({ name }: Metric) => name === "share of real pictures at or above suspicious";
const isWhole = ({ scope }: Metric) => scope === "all";

/** Splits that say most about pictures in the wild come first; figures of two are never mixed. */
function bestSplit({ metrics }: StudentCard, wanted: (metric: Metric) => boolean): Metric[] {
  const found = metrics.filter(wanted);
  const split = ["test", "val"].find((name) => found.some((metric) => metric.split === name));
  return found.filter((metric) => metric.split === (split ?? found[0]?.split));
}

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

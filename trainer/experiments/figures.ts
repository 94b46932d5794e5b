// What one job's logits say: pooled, by generator, and the false alarms on real faces.
import { auc, thresholdAt } from "../evaluation/auc";
import type { ScoredPicture } from "./scores";

/** Thresholds are chosen on held-out real faces, of which this share reaches them. */
export const FALSE_ALARM_RATE = 0.05;

export interface FakeFigure {
  pictures: number;
  groups: number;
  /** AUC against reals of the same medium; frames of videos are easily told from photos. */
  sameMedium: number;
  /** AUC against all reals. */
  allReals: number;
  /** Share of its pictures at or above the threshold. */
  found: number;
}

export interface Figures {
  reals: number;
  fakes: number;
  /** All fakes against all reals. */
  auc: number;
  /** Mean over the generators of `sameMedium`: large generators count no more than small ones. */
  generatorMean: number;
  found: number;
  falseAlarms: number;
  generators: Record<string, FakeFigure>;
  /** The fakes by source. */
  sources: Record<string, FakeFigure>;
  /** Share of each source's reals at or above the threshold. */
  falseAlarmsBySource: Record<string, number>;
}

/** @throws RangeError if there are no real pictures among them. */
export function heldOutThreshold(pictures: readonly ScoredPicture[]): number {
  return thresholdAt(
    pictures.filter(({ label, side }) => label === "real" && side === "held-out").map(logitOf),
    FALSE_ALARM_RATE,
  );
}

/** NaN wherever there is nothing to compare. */
export function figuresOf(pictures: readonly ScoredPicture[], threshold: number): Figures {
  const reals = pictures.filter(({ label }) => label === "real");
  const fakes = pictures.filter(({ label }) => label === "fake");
  const figure = (own: readonly ScoredPicture[]): FakeFigure => ({
    pictures: own.length,
    groups: new Set(own.map(({ group }) => group)).size,
    sameMedium: sameMediumAuc(reals, own),
    allReals: auc(reals.map(logitOf), own.map(logitOf)),
    found: shareAtLeast(own, threshold),
  });
  const generators = mapBy(fakes, ({ generator }) => generator, figure);
  return {
    reals: reals.length,
    fakes: fakes.length,
    auc: auc(reals.map(logitOf), fakes.map(logitOf)),
    generatorMean: mean(
      Object.values(generators)
        .map(({ sameMedium }) => sameMedium)
        .filter(Number.isFinite),
    ),
    found: shareAtLeast(fakes, threshold),
    falseAlarms: shareAtLeast(reals, threshold),
    generators,
    sources: mapBy(fakes, ({ source }) => source, figure),
    falseAlarmsBySource: mapBy(
      reals,
      ({ source }) => source,
      (own) => shareAtLeast(own, threshold),
    ),
  };
}

/** Photos against photos and frames against frames, weighted by the number of fakes. */
function sameMediumAuc(reals: readonly ScoredPicture[], fakes: readonly ScoredPicture[]): number {
  const parts = [true, false].map((isVideo) => {
    const of = (pictures: readonly ScoredPicture[]) =>
      pictures.filter(({ video }) => (video !== undefined) === isVideo).map(logitOf);
    const own = of(fakes);
    return { auc: auc(of(reals), own), weight: own.length };
  });
  const measured = parts.filter((part) => Number.isFinite(part.auc));
  const total = measured.reduce((sum, { weight }) => sum + weight, 0);
  return measured.reduce((sum, part) => sum + part.auc * part.weight, 0) / total;
}

function shareAtLeast(pictures: readonly ScoredPicture[], threshold: number): number {
  return pictures.filter(({ logit }) => logit >= threshold).length / pictures.length;
}

function mapBy<T>(
  pictures: readonly ScoredPicture[],
  keyOf: (picture: ScoredPicture) => string,
  figure: (own: ScoredPicture[]) => T,
): Record<string, T> {
  const keys = [...new Set(pictures.map(keyOf))].sort();
  return Object.fromEntries(
    keys.map((key) => [key, figure(pictures.filter((picture) => keyOf(picture) === key))]),
  );
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const logitOf = ({ logit }: ScoredPicture) => logit;

/**
 * Where a logit stands on a scale of four equal steps, the same as the strength meter's: between two
 * thresholds it runs evenly. Scores themselves crowd the flagged levels into the top of a plot, and
 * read as chances.
 */
import type { Evidence } from "../../entrypoints/shared/evidence/evidence";

export type Thresholds = Evidence["detector"]["thresholds"];

/** The scale's end: four steps. */
export const strengthSteps = 4;

/** @returns 0 to 4: 1 at `unsure`, 2 at `suspicious`, 3 at `strong`; towards both ends ever slower. */
export function strengthOf(logit: number, { unsure, suspicious, strong }: Thresholds): number {
  // The outer steps have no other end: what lies as far out as the thresholds are apart fills 63 %.
  const span = Math.max(strong.logit - unsure.logit, Number.EPSILON);
  if (logit < unsure.logit) return Math.exp((logit - unsure.logit) / span);
  if (logit >= strong.logit) return strengthSteps - Math.exp((strong.logit - logit) / span);
  const [step, from, to] =
    logit < suspicious.logit ? [1, unsure, suspicious] : [2, suspicious, strong];
  return step + (logit - from.logit) / (to.logit - from.logit);
}

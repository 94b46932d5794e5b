/**
 * Where a logit stands on a scale of four equal steps, the same as the strength meter's: between two
 * thresholds it runs evenly. Scores themselves crowd the flagged levels into the top of a plot, and
 * read as chances.
 */
import type { Evidence } from "../../entrypoints/shared/evidence/evidence";

export type Thresholds = Evidence["detector"]["thresholds"];

/** The scale's end: four steps. */
export const strengthSteps = 4;

/** @returns 0 to 4: 1 at `unsure`, 2 at `suspicious`, 3 at `strong`. */
export function strengthOf(logit: number, { unsure, suspicious, strong }: Thresholds): number {
  // Below and above, as many logits a step as the three thresholds have between them.
  const step = Math.max(strong.logit - unsure.logit, Number.EPSILON);
  const knots = [unsure.logit - step, unsure.logit, suspicious.logit, strong.logit];
  const above = [...knots, strong.logit + step];
  if (logit <= (above[0] as number)) return 0;
  for (let i = 1; i < above.length; i++) {
    const from = above[i - 1] as number;
    const to = above[i] as number;
    if (logit < to) return i - 1 + (to > from ? (logit - from) / (to - from) : 0);
  }
  return strengthSteps;
}

// How much each part of the lesson counts, and when.

export interface FeatureSchedule {
  weight: number;
  /** The step by which features no longer count. */
  steps: number;
}

/**
 * Features first: full weight at the start, down a half cosine to nothing (FitNets, Romero et al.
 * 2015, put a stage of features before the logits; a slope does without a second run).
 */
export function featureWeightAt(step: number, { weight, steps }: FeatureSchedule): number {
  if (step >= steps) return 0;
  return 0.5 * weight * (1 + Math.cos((Math.PI * step) / steps));
}

/** Few labels are soon learnt by heart, so they count little; all of them count half. */
export function labelWeightFor(labelFraction: number): number {
  return Math.min(0.5, labelFraction);
}

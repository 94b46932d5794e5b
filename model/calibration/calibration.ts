/**
 * From the student's raw logit to what may be said of it: the gates that make us abstain, the
 * calibrated score, and the level. Everything here is read from the student's card; nothing is set
 * in code, so a new student brings its own meaning of "strong".
 */
import type { FaceResult, Level } from "../verdict/verdict";

/** The part of a student's card (`StudentCard`) that turns logits into levels. */
export interface Calibration {
  temperature: number;
  /** Raw logits at which the levels begin; rising. Below `unsure` there is no sign. */
  thresholds: Record<Exclude<Level, "no-sign">, { logit: number }>;
  gates: {
    /** Longer side of the detector's box, pixels of the source. */
    minFacePx: number;
    /** Variance of the Laplacian of the crop at the student's input size. */
    minSharpness: number;
  };
}

/** Calibrated score, 0 to 1: a rank of how strong the signs are, not the chance of being fake. */
export function scoreOf(logit: number, { temperature }: Pick<Calibration, "temperature">): number {
  return 1 / (1 + Math.exp(-logit / temperature));
}

export function levelOf(logit: number, { thresholds }: Calibration): Level {
  if (logit >= thresholds.strong.logit) return "strong";
  if (logit >= thresholds.suspicious.logit) return "suspicious";
  if (logit >= thresholds.unsure.logit) return "unsure";
  return "no-sign";
}

/**
 * Why a face must not be scored, or null.
 *
 * @param facePx longer side of the detector's box in source pixels.
 * @param sharpness of the crop; leave it out before the crop is made.
 */
export function gateOf(
  facePx: number,
  sharpness: number | undefined,
  { gates }: Calibration,
): FaceResult["reason"] | null {
  if (facePx < gates.minFacePx) return "too-small";
  if (sharpness !== undefined && sharpness < gates.minSharpness) return "too-blurred";
  return null;
}

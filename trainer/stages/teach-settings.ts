// Every knob of the teacher's stage with its default and the reason for it.
import { truncatedLite0 } from "../../model/student/architecture";
import { INPUT_SIZE, LABEL_FRACTION } from "./common-settings";
import { SUPERVISE_DEFAULTS, type SuperviseSettings } from "./settings";

/** Fine-tuning is supervised training of the teacher; its knobs are those. */
export interface TeachSettings extends SuperviseSettings {
  /** Share of the labels that may be used, 0.01 to 1; whole groups keep or lose theirs. */
  labelFraction: number;
  /** The linear probe before it: a classifier on the frozen encoder. */
  probe: { steps: number; peakRate: number };
}

export const TEACH_DEFAULTS: TeachSettings = {
  ...SUPERVISE_DEFAULTS,
  // The whole EfficientNet-Lite0: the teacher may be slow, it never leaves the trainer.
  architecture: truncatedLite0(16, INPUT_SIZE),
  labelFraction: LABEL_FRACTION,
  // Only 1,281 numbers are fitted, from zero: a high rate, and forward passes only.
  probe: { steps: 300, peakRate: 1e-2 },
  steps: 2000,
  // Below the supervised rate: the encoder knows something worth keeping.
  peakRate: 4e-4,
};

// Every knob of distillation with its default and the reason for it.

import type { DistillerSettings } from "../distillation/distiller";
import { studentOfSize } from "../distillation/family";
import type { LessonRecipe } from "../distillation/lessons";
import { labelWeightFor } from "../distillation/schedule";
import { ADAMW_DEFAULTS } from "../optimiser/adamw";

export interface DistilSettings extends DistillerSettings {
  /** Side of the crop in units of the detector's box; the teacher must have learnt with the same. */
  cropMargin: number;
  steps: number;
  warmupSteps: number;
  peakRate: number;
  /** Share of the labels that may be used; every other face is unlabelled. */
  labelFraction: number;
  /** Whether the rest is looked at at all; not, in the comparison without unlabelled data. */
  useUnlabelled: boolean;
  /** Share of each source's groups held out, as in the stages before. */
  heldOutShare: number;
  batch: Pick<LessonRecipe, "faces" | "blends" | "swapShare" | "videoLike">;
  workers: number;
  /** Steps between checkpoints, each with a look at the held-out groups. */
  checkpointEvery: number;
}

const LABEL_FRACTION = 0.1;

export const DISTIL_DEFAULTS: DistilSettings = {
  architecture: studentOfSize("medium"),
  cropMargin: 1.3,
  steps: 3000,
  warmupSteps: 150,
  peakRate: 8e-4,
  // MSE has no temperature to choose and matched or beat KL in Kim et al. 2021.
  logits: { loss: "mse" },
  logitWeight: 1,
  // A warm-up: the first third of the run.
  features: { weight: 1, steps: 1000 },
  mapWeight: 0.1,
  labelFraction: LABEL_FRACTION,
  labelWeight: labelWeightFor(LABEL_FRACTION),
  useUnlabelled: true,
  heldOutShare: 0.15,
  statisticsRate: 0.02,
  seed: 1,
  batch: { faces: 20, blends: 12, swapShare: 0.3, videoLike: 0.25 },
  optimiser: ADAMW_DEFAULTS,
  workers: 1,
  checkpointEvery: 250,
};

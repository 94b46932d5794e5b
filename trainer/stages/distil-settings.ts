// Every knob of distillation with its default and the reason for it.

import type { DistillerSettings } from "../distillation/distiller";
import { studentOfSize } from "../distillation/family";
import type { LessonRecipe } from "../distillation/lessons";
import { labelWeightFor } from "../distillation/schedule";
import { ADAMW_DEFAULTS } from "../optimiser/adamw";
import type { RedrawnShares } from "../synthesis/redraw";
import { COMMON_DEFAULTS, type CommonSettings, LABEL_FRACTION } from "./common-settings";

/** `cropMargin` must be that which the teacher learnt with. */
export interface DistilSettings extends DistillerSettings, CommonSettings {
  steps: number;
  warmupSteps: number;
  peakRate: number;
  /** Share of the labels that may be used; every other face is unlabelled. */
  labelFraction: number;
  /** Whether the rest is looked at at all; not, in the comparison without unlabelled data. */
  useUnlabelled: boolean;
  batch: Pick<
    LessonRecipe,
    | "faces"
    | "blends"
    | "swapShare"
    | keyof RedrawnShares
    | "surroundings"
    | "videoLike"
    | "smoothed"
    | "mixed"
    | "teacherView"
  >;
  /** Steps between checkpoints, each with a look at the held-out groups. */
  checkpointEvery: number;
}

export const DISTIL_DEFAULTS: DistilSettings = {
  ...COMMON_DEFAULTS,
  architecture: studentOfSize("medium"),
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
  teacherGlances: "once",
  statisticsRate: 0.02,
  freeze: "none",
  batch: {
    faces: 20,
    blends: 12,
    swapShare: 0.3,
    redrawnShare: 0,
    upscaledShare: 0,
    insideShare: 0,
    surroundings: 0,
    videoLike: 0.25,
    smoothed: 0,
    mixed: 0,
    teacherView: "same",
  },
  optimiser: ADAMW_DEFAULTS,
  checkpointEvery: 250,
};

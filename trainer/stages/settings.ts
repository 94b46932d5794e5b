// Every knob of supervised training with its default and the reason for it.
import {
  type StudentArchitecture,
  totalStride,
  truncatedLite0,
} from "../../model/student/architecture";
import type { Freeze } from "../network/learning-encoder";
import { ADAMW_DEFAULTS, type AdamWSettings } from "../optimiser/adamw";
import type { BatchRecipe } from "../synthesis/batch";
import type { RedrawnShares } from "../synthesis/redraw";
import { COMMON_DEFAULTS, type CommonSettings, INPUT_SIZE } from "./common-settings";

export interface SuperviseSettings extends CommonSettings {
  architecture: StudentArchitecture;
  steps: number;
  warmupSteps: number;
  peakRate: number;
  /** Weight of the coarse map's loss beside the logit's. */
  maskWeight: number;
  /** Share of the batch's statistics in the running ones of batch norm. */
  statisticsRate: number;
  /** Absent in runs older than this knob: nothing is frozen. */
  freeze?: Freeze;
  batch: Pick<
    BatchRecipe,
    | "pairs"
    | "labelled"
    | "swapShare"
    | "generatedShare"
    | keyof RedrawnShares
    | "videoFakes"
    | "surroundings"
    | "videoLike"
    | "smoothed"
  >;
  optimiser: AdamWSettings;
  /** Steps between checkpoints, each with a look at the held-out groups. */
  checkpointEvery: number;
}

export const SUPERVISE_DEFAULTS: SuperviseSettings = {
  ...COMMON_DEFAULTS,
  // Cut after the 11th block: fine-grained traces, 10×10 map, under 1 MB quantised.
  architecture: truncatedLite0(11, INPUT_SIZE),
  steps: 2600,
  warmupSteps: 150,
  peakRate: 8e-4,
  maskWeight: 0.3,
  statisticsRate: 0.02,
  freeze: "none",
  batch: {
    pairs: 10,
    labelled: 6,
    swapShare: 0.3,
    generatedShare: 0,
    redrawnShare: 0,
    upscaledShare: 0,
    insideShare: 0,
    videoFakes: "auto",
    surroundings: 0,
    videoLike: 0.25,
    smoothed: 0,
  },
  optimiser: ADAMW_DEFAULTS,
  checkpointEvery: 260,
};

/** What a batch of these settings is made of. */
export function batchRecipe(settings: SuperviseSettings): BatchRecipe {
  const { inputSize } = settings.architecture;
  return {
    ...settings.batch,
    inputSize,
    cropMargin: settings.cropMargin,
    mapSize: Math.ceil(inputSize / totalStride(settings.architecture)),
    seed: settings.seed,
  };
}

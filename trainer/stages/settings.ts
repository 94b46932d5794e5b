// Every knob of supervised training with its default and the reason for it, and a tiny
// configuration with which tests run the same code.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type StudentArchitecture,
  totalStride,
  truncatedLite0,
} from "../../model/student/architecture";
import { ADAMW_DEFAULTS, type AdamWSettings } from "../optimiser/adamw";
import type { BatchRecipe } from "../synthesis/batch";
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
  batch: Pick<BatchRecipe, "pairs" | "labelled" | "swapShare" | "videoLike">;
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
  batch: { pairs: 10, labelled: 6, swapShare: 0.3, videoLike: 0.25 },
  optimiser: ADAMW_DEFAULTS,
  checkpointEvery: 260,
};

/** A network that learns a plain pattern in seconds: for tests of the same code. */
export const TINY_SETTINGS: SuperviseSettings = {
  ...SUPERVISE_DEFAULTS,
  architecture: {
    name: "tiny",
    inputSize: 32,
    stemChannels: 8,
    blocks: [
      { kernel: 3, stride: 1, expand: 1, inChannels: 8, outChannels: 8 },
      { kernel: 3, stride: 2, expand: 2, inChannels: 8, outChannels: 12 },
      { kernel: 5, stride: 1, expand: 2, inChannels: 12, outChannels: 12 },
    ],
    headChannels: 24,
  },
  steps: 60,
  warmupSteps: 5,
  peakRate: 1e-2,
  heldOutShare: 0.25,
  statisticsRate: 0.1,
  batch: { pairs: 2, labelled: 6, swapShare: 0.3, videoLike: 0.25 },
  optimiser: { ...ADAMW_DEFAULTS, emaDecay: 0.9 },
  checkpointEvery: 30,
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

/** Keeps a run's settings beside its checkpoint, for the stages that come after. */
export async function saveRunSettings(run: string, settings: SuperviseSettings): Promise<void> {
  await writeFile(join(run, "settings.json"), `${JSON.stringify(settings, null, 2)}\n`);
}

/** @throws Error if the folder holds no run. */
export async function readRunSettings(run: string): Promise<SuperviseSettings> {
  const path = join(run, "settings.json");
  try {
    return JSON.parse(await readFile(path, "utf8")) as SuperviseSettings;
  } catch (error) {
    throw new Error(`${run} holds no run of \`supervise\`: ${(error as Error).message}`);
  }
}

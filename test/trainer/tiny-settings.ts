// Supervised training of a network that learns a plain pattern in seconds: for tests of the same code.
import { studentOfSize } from "../../trainer/distillation/family";
import { ADAMW_DEFAULTS } from "../../trainer/optimiser/adamw";
import { SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { TEACH_DEFAULTS, type TeachSettings } from "../../trainer/stages/teach-settings";

export const TINY_SETTINGS: TeachSettings = {
  ...SUPERVISE_DEFAULTS,
  architecture: studentOfSize("tiny", 32),
  labelFraction: 1,
  probe: { ...TEACH_DEFAULTS.probe, steps: 0 },
  steps: 60,
  warmupSteps: 5,
  peakRate: 1e-2,
  heldOutShare: 0.25,
  statisticsRate: 0.1,
  batch: { pairs: 2, labelled: 6, swapShare: 0.3, generatedShare: 0.3, videoLike: 0.25 },
  optimiser: { ...ADAMW_DEFAULTS, emaDecay: 0.9 },
  checkpointEvery: 30,
};

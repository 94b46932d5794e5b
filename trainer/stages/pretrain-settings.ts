// Every knob of pretraining with the paper's symbol, its default and the reason for it.
import { truncatedLite0 } from "../../model/student/architecture";
import type { MoCoSettings } from "../moco/moco";
import { ADAMW_DEFAULTS } from "../optimiser/adamw";
import { COMMON_DEFAULTS, type CommonSettings, INPUT_SIZE } from "./common-settings";

export interface PretrainSettings extends MoCoSettings, CommonSettings {
  steps: number;
  warmupSteps: number;
  peakRate: number;
  /** Pictures in a batch; the square of `groups` divides it. */
  n: number;
  /** Least share of the crop's area in a view. */
  leastArea: number;
  /** Whether a picture's own pseudo-fake is one of its negatives. */
  blended: boolean;
  /** Neighbours that vote in the monitor. */
  neighbours: number;
  /** At most so many labelled pictures of the training side stand in the monitor's bank. */
  bankSize: number;
  /** Steps between checkpoints, each with a look at the monitor. */
  checkpointEvery: number;
}

export const PRETRAIN_DEFAULTS: PretrainSettings = {
  ...COMMON_DEFAULTS,
  // The teacher's: the whole EfficientNet-Lite0.
  architecture: truncatedLite0(16, INPUT_SIZE),
  // MoCo: 65,536 keys for 1.3 million pictures. A few thousand faces turn over 4,096 about once an
  // epoch; m falls with it, or the queue would be older than the encoder (MoCo's own CIFAR notebook:
  // K 4,096, m 0.99, T 0.1).
  K: 4096,
  m: 0.99,
  T: 0.2, // MoCo v2
  dimensions: 128, // MoCo
  groups: 2,
  excludeOwn: true,
  steps: 4000,
  warmupSteps: 200,
  // AdamW as everywhere here, not MoCo's SGD: the encoder comes from ImageNet and must not be torn.
  peakRate: 3e-4,
  n: 32,
  leastArea: 0.5,
  blended: true,
  statisticsRate: 0.02,
  neighbours: 20,
  bankSize: 1000,
  optimiser: { ...ADAMW_DEFAULTS, weightDecay: 1e-4 },
  checkpointEvery: 200,
};

// From one configuration to the settings of each step of a table. Arms differ by what they learn from
// and by nothing else; what that means for a stage is decided here, once.

import type { TrainerConfig } from "../config/schema";
import * as stage from "../config/stage-settings";
import type { LeaveOut } from "../stages/common-settings";
import type { DistilSettings } from "../stages/distil-settings";
import type { PretrainSettings } from "../stages/pretrain-settings";
import type { PublishedWeights } from "../stages/run-record";
import type { TeachSettings } from "../stages/teach-settings";
import type { Arm } from "./arms";

export type Network = Arm["network"];

/** In what two steps of one stage may differ. */
export interface Variant {
  fraction: number;
  seed: number;
  /** Beside what the configuration leaves out of every run. */
  leaveOut: LeaveOut;
}

/**
 * What every network starts from that no step has trained.
 *
 * @throws RangeError if the stages start from different weights: then arms would differ by that.
 */
export function startOf({ pretrain, distil, supervise }: TrainerConfig): PublishedWeights {
  const starts = new Set<string>([pretrain.initial, supervise.initial]);
  // A cut of the teacher is no start of its own: the teacher began where the others do.
  if (distil.initial !== "teacher") starts.add(distil.initial);
  if (starts.size === 1) return pretrain.initial;
  throw new RangeError(
    "pretrain.initial, distil.initial and supervise.initial differ; the arms of a table need one start",
  );
}

/** Its labels are not looked at, so its encoder serves every fraction. */
export function pretrainSettings(
  config: TrainerConfig,
  network: Network,
  { seed, leaveOut }: Omit<Variant, "fraction">,
): PretrainSettings {
  const own = variantOf(config, { fraction: 1, seed, leaveOut });
  return { ...stage.pretrainSettings(own), architecture: architectureOf(config, network) };
}

/**
 * Linear probe and fine-tuning, of both networks and from both starts. A student takes as many steps
 * this way as it would with a teacher: else the table would compare lengths of training.
 */
export function labelSettings(
  config: TrainerConfig,
  network: Network,
  variant: Variant,
): TeachSettings {
  const own = variantOf(config, variant);
  if (network === "teacher") return stage.teachSettings(own);
  const { steps, warmupSteps } = stage.distilSettings(own);
  return { ...stage.superviseSettings(own), probe: config.teach.probe, steps, warmupSteps };
}

export function distilSettings(
  config: TrainerConfig,
  useUnlabelled: boolean,
  variant: Variant,
): DistilSettings {
  return { ...stage.distilSettings(variantOf(config, variant)), useUnlabelled };
}

function architectureOf(config: TrainerConfig, network: Network) {
  return network === "teacher"
    ? stage.teachSettings(config).architecture
    : stage.distilSettings(config).architecture;
}

function variantOf(config: TrainerConfig, { fraction, seed, leaveOut }: Variant): TrainerConfig {
  const { generators, sources } = leaveOut;
  const data = {
    ...config.data,
    labelFraction: fraction,
    leaveOut: { generators: [...generators], sources: [...sources] },
  };
  return { ...config, seed, data };
}

// From the configuration file to the settings of each stage: what is shared flows into all of them
// from one place, and `auto` becomes a number.
import type { StudentArchitecture } from "../../model/student/architecture";
import { studentOfSize } from "../distillation/family";
import { labelWeightFor } from "../distillation/schedule";
import { type CommonSettings, isRefit } from "../stages/common-settings";
import { DISTIL_DEFAULTS, type DistilSettings } from "../stages/distil-settings";
import { PRETRAIN_DEFAULTS, type PretrainSettings } from "../stages/pretrain-settings";
import { TEACH_DEFAULTS, type TeachSettings } from "../stages/teach-settings";
import type { TrainerConfig } from "./schema";

/** Of a stage's steps, where the file says `auto`. */
const WARMUP_SHARE = 0.05;
const FEATURE_SHARE = DISTIL_DEFAULTS.features.steps / DISTIL_DEFAULTS.steps;

export function pretrainSettings(config: TrainerConfig): PretrainSettings {
  const { initial: _, warmupSteps, optimiser, ...own } = config.pretrain;
  return {
    ...own,
    ...common(config),
    warmupSteps: warmup(warmupSteps, own.steps),
    // Averaged weights are not pretraining's: the key encoder is the average there.
    optimiser: { ...PRETRAIN_DEFAULTS.optimiser, ...optimiser },
    architecture: architectureOf(config, "teacher"),
  };
}

export function teachSettings(config: TrainerConfig): TeachSettings {
  const { initial: _, warmupSteps, ...own } = config.teach;
  return {
    ...own,
    ...common(config),
    warmupSteps: warmup(warmupSteps, own.steps),
    labelFraction: config.data.labelFraction,
    architecture: architectureOf(config, "teacher"),
  };
}

/** The student taught as a teacher is, without a probe. */
export function superviseSettings(config: TrainerConfig): TeachSettings {
  const { initial: _, warmupSteps, ...own } = config.supervise;
  return {
    ...own,
    ...common(config),
    warmupSteps: warmup(warmupSteps, own.steps),
    labelFraction: config.data.labelFraction,
    probe: { ...TEACH_DEFAULTS.probe, steps: 0 },
    architecture: architectureOf(config, "student"),
  };
}

export function distilSettings(config: TrainerConfig): DistilSettings {
  const { initial: _, warmupSteps, features, labelWeight, logits, ...own } = config.distil;
  const { labelFraction } = config.data;
  return {
    ...own,
    ...common(config),
    warmupSteps: warmup(warmupSteps, own.steps),
    logits: logits.loss === "kl" ? { loss: "kl", tau: logits.tau } : { loss: "mse" },
    features: {
      ...features,
      steps: features.steps === "auto" ? Math.round(FEATURE_SHARE * own.steps) : features.steps,
    },
    labelFraction,
    labelWeight: labelWeight === "auto" ? labelWeightFor(labelFraction) : labelWeight,
    architecture: architectureOf(config, "student"),
  };
}

function common({ data, seed, workers }: TrainerConfig): CommonSettings {
  const { cropMargin, heldOutShare, splits, leaveOut } = data;
  // Runs that were begun before there was this knob go on: their settings do not name it.
  const refit = isRefit(splits) ? { splits } : {};
  return { cropMargin, heldOutShare, ...refit, leaveOut, seed, workers };
}

function warmup(steps: number | "auto", of: number): number {
  return steps === "auto" ? Math.floor(WARMUP_SHARE * of) : steps;
}

function architectureOf(
  { network }: TrainerConfig,
  who: "teacher" | "student",
): StudentArchitecture {
  return studentOfSize(network[who], network.inputSize);
}

// `trainer distil`: stage 3 of SCL-KD.
import { Command } from "commander";
import { distilStage } from "../run/stages";
import {
  configOf,
  type KnobOption,
  LABEL_FRACTION_OPTION,
  runStage,
  withConfig,
} from "./stage-command";

const OPTIONS: readonly KnobOption[] = [
  LABEL_FRACTION_OPTION,
  {
    flags: "--student <size>",
    description: "tiny, small, medium or large (network.student)",
    knob: "network.student",
  },
  {
    flags: "--steps <n>",
    description: "optimiser steps (distil.steps)",
    knob: "distil.steps",
  },
];

export function distilCommand(): Command {
  return withConfig(new Command("distil"), OPTIONS)
    .description("Stage 3: the student learns the teacher's logits and features on all faces.")
    .option("--teacher <folder>", "any trained network's folder, instead of this run's teacher")
    .action(async ({ teacher }, command: Command) => {
      const config = await configOf(command, OPTIONS);
      await runStage("distil", (job) => distilStage(job, teacher), config, config.distil.steps);
    });
}

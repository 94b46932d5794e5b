// `trainer distil`: stage 3 of SCL-KD.
import type { Command } from "commander";
import { distilStage } from "../run/stages";
import { configOf, KnobOption, labelFractionOption, studentOption } from "./config-options";
import { runStage, trainingCommand } from "./stage-command";

export function distilCommand(): Command {
  return trainingCommand("distil", [
    new KnobOption("--steps <n>", "optimiser steps", "distil.steps"),
    studentOption(),
    labelFractionOption(),
  ])
    .description("Stage 3: the student learns the teacher's logits and features on all faces.")
    .option("--teacher <folder>", "any trained network's folder, instead of this run's teacher")
    .action(async ({ teacher }, command: Command) => {
      const config = await configOf(command);
      await runStage("distil", (job) => distilStage(job, teacher), config, config.distil.steps);
    });
}

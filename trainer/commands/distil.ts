// `trainer distil`: stage 3 of SCL-KD.
import type { Command } from "commander";
import { distilStage } from "../run/stages";
import { configOf, KnobOption, labelFractionOption, studentOption } from "./config-options";
import { readPackageFiles } from "./read-package";
import { continueOption, runStage, trainingCommand } from "./stage-command";

export function distilCommand(): Command {
  return trainingCommand("distil", [
    new KnobOption("--steps <n>", "optimiser steps", "distil.steps"),
    studentOption(),
    labelFractionOption(),
  ])
    .description("Stage 3: the student learns the teacher's logits and features on all faces.")
    .option("--teacher <folder>", "any trained network's folder, instead of this run's teacher")
    .addOption(continueOption())
    .action(async ({ teacher, continue: path }, command: Command) => {
      const config = await configOf(command);
      const student = path ? await readPackageFiles(path) : undefined;
      const from = { teacher, student };
      await runStage("distil", (job) => distilStage(job, from), config, config.distil.steps);
    });
}

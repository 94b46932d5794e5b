// `trainer distil`: stage 3 of SCL-KD.
import type { Command } from "commander";
import { distilStage } from "../run/stages";
import { configOf, KnobOption, labelFractionOption, studentOption } from "./config-options";
import { isPackage, readPackageFiles } from "./read-package";
import { continueOption, runStage, trainingCommand } from "./stage-command";

export function distilCommand(): Command {
  return trainingCommand("distil", [
    new KnobOption("--steps <n>", "optimiser steps", "distil.steps"),
    studentOption(),
    labelFractionOption(),
  ])
    .description("Stage 3: the student learns the teacher's logits and features on all faces.")
    .option(
      "--teacher <path>",
      "any trained network's folder or student package, instead of this run's teacher",
    )
    .addOption(continueOption())
    .action(async ({ teacher, continue: path }, command: Command) => {
      const config = await configOf(command);
      const student = path ? await readPackageFiles(path) : undefined;
      const isPackaged = teacher && (await isPackage(teacher));
      const from = { teacher: isPackaged ? await readPackageFiles(teacher) : teacher, student };
      await runStage("distil", (job) => distilStage(job, from), config, config.distil.steps);
    });
}

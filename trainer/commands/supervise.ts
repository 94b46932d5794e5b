// `trainer supervise`: the student alone, for comparison.
import type { Command } from "commander";
import { type StageJob, superviseStage } from "../run/stages";
import { configOf, KnobOption, labelFractionOption, studentOption } from "./config-options";
import { readPackageFiles } from "./read-package";
import { continueOption, runStage, trainingCommand } from "./stage-command";

export function superviseCommand(): Command {
  return trainingCommand("supervise", [
    new KnobOption("--steps <n>", "optimiser steps", "supervise.steps"),
    studentOption(),
    labelFractionOption(),
  ])
    .description("The comparison without a teacher: the student on labels and pseudo-fakes.")
    .addOption(continueOption())
    .action(async ({ continue: path }, command: Command) => {
      const config = await configOf(command);
      const student = path ? await readPackageFiles(path) : undefined;
      const stage = (job: StageJob) => superviseStage(job, { student });
      await runStage("supervise", stage, config, config.supervise.steps);
    });
}

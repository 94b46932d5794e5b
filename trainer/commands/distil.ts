// `trainer distil`: stage 3 of SCL-KD.
import type { Command } from "commander";
import type { PackageFiles } from "../../model/package/student";
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
      "--teacher <paths...>",
      "any trained network's folder or student package, instead of this run's teacher; of several, the mean",
    )
    .addOption(continueOption())
    .action(async ({ teacher: paths, continue: path }: DistilOptions, command: Command) => {
      const config = await configOf(command);
      const student = path ? await readPackageFiles(path) : undefined;
      const teachers = paths && (await Promise.all(paths.map(folderOrFiles)));
      const from = { teachers, student };
      await runStage("distil", (job) => distilStage(job, from), config, config.distil.steps);
    });
}

interface DistilOptions {
  teacher?: string[];
  continue?: string;
}

async function folderOrFiles(path: string): Promise<string | PackageFiles> {
  return (await isPackage(path)) ? readPackageFiles(path) : path;
}

// `trainer evaluate`: figures of a student package, per source, with intervals.
import { writeFile } from "node:fs/promises";
import { Command } from "commander";
import { loadStudent } from "../../model/package/student";
import { startBackend } from "../backend";
import { repositoryFolder } from "../cache";
import { writeCardMetrics } from "../emission/package";
import { evaluationMarkdown } from "../evaluation/markdown";
import { cardMetrics, evaluate } from "../stages/evaluate";
import { wholeNumber } from "./arguments";
import { readPackageFiles } from "./read-package";

export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("Measure a student package on a split: AUC per source, false alarms, intervals.")
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option(
      "--package <path>",
      "package folder or .unmask file",
      repositoryFolder("assets", "student"),
    )
    .option("--split <name>", "split of the manifest", "val")
    .option("--resamples <n>", "bootstrap resamples", wholeNumber, 1000)
    .option("--json <file>", "write the figures as JSON")
    .option("--write-card", "put the figures of this split into the package's card", false)
    .action(async (options) => {
      await startBackend();
      const student = await loadStudent(await readPackageFiles(options.package));
      const report = await evaluate(student, options.data, options.split, options.resamples);
      student.dispose();
      for (const { file, reason } of report.pictures.broken)
        console.error(`left out ${file}: ${reason}`);
      console.log(evaluationMarkdown(report));
      if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
      if (options.writeCard) await writeCardMetrics(options.package, cardMetrics(report));
    });
}

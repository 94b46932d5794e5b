// `trainer evaluate`: figures of a student package, per source, with intervals.
import { mkdir, writeFile } from "node:fs/promises";
import { Command } from "commander";
import { startBackend } from "../backend";
import { repositoryFolder } from "../cache";
import { writeCardMetrics } from "../emission/package";
import { DEFAULT_RESAMPLES, DEFAULT_SEED } from "../evaluation/bootstrap";
import { cardMetrics } from "../evaluation/card-metrics";
import { evaluationMarkdown } from "../evaluation/markdown";
import { reportJson } from "../evaluation/report";
import { writeEvaluation } from "../evaluation/write-evaluation";
import { evaluate, type Unfitted } from "../stages/evaluate";
import { readRunRecord, STUDENT_STAGES } from "../stages/run-record";
import { wholeNumber } from "./arguments";
import { pictureProgress } from "./picture-progress";
import { readPackageFiles } from "./read-package";

export function evaluateCommand(): Command {
  return new Command("evaluate")
    .description("Measure a student package on a split: ranking, false alarms, robustness.")
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option(
      "--package <path>",
      "package folder or .unmask file",
      repositoryFolder("assets", "student"),
    )
    .option("--split <name>", "split of the manifest", "val")
    .option("--held-out-of <folder>", "measure what this trained run held out, instead of a split")
    .option("--left-out-of <folder>", "the same of what its settings left out (data.leaveOut)")
    .option("--resamples <n>", "bootstrap draws of groups", wholeNumber, DEFAULT_RESAMPLES)
    .option("--seed <n>", "seed of the bootstrap", wholeNumber, DEFAULT_SEED)
    .option("--no-robustness", "leave the robustness grid out: a tenth of the time")
    .option("--out <folder>", "write report.json, report.md, plots and a sheet of errors")
    .option("--json <file>", "write report.json alone, to this file")
    .option("--write-card", "put the figures of this split into the package's card", false)
    .action(async (options, command: Command) => {
      if (options.writeCard && /\.unmask$/i.test(options.package))
        command.error("error: --write-card needs a package folder, not an .unmask file");
      if (options.heldOutOf && options.leftOutOf)
        command.error("error: --held-out-of or --left-out-of, not both");
      if (options.writeCard && (options.heldOutOf || options.leftOutOf))
        command.error("error: a card takes the figures of a whole split");
      const folder = options.heldOutOf ?? options.leftOutOf;
      const unfitted: Unfitted | undefined = folder && {
        side: options.heldOutOf ? "heldOut" : "leftOut",
        settings: await readRunRecord(folder, ...STUDENT_STAGES),
      };
      const files = await readPackageFiles(options.package);
      // Where nothing can be written is better known before the figures than after.
      if (options.out) await mkdir(options.out, { recursive: true });
      await startBackend();
      const progress = pictureProgress();
      const evaluation = await evaluate(files, {
        data: options.data,
        split: options.split,
        unfitted,
        resamples: options.resamples,
        seed: options.seed,
        robustness: options.robustness,
        onProgress: progress.report,
      }).finally(progress.stop);
      const { report } = evaluation;
      for (const { file, reason } of report.pictures.broken)
        console.error(`left out ${file}: ${reason}`);
      console.log(evaluationMarkdown(report));
      if (options.out) await writeEvaluation(options.out, evaluation);
      if (options.json) await writeFile(options.json, reportJson(report));
      if (options.writeCard) await writeCardMetrics(options.package, cardMetrics(report));
    });
}

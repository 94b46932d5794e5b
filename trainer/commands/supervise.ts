// `trainer supervise`: trains the student on labelled fakes and pseudo-fakes.
import { Command } from "commander";
import { startBackend } from "../backend";
import { cacheFolder } from "../cache";
import { SUPERVISE_DEFAULTS } from "../stages/settings";
import { supervise } from "../stages/supervise";
import { readTrainedStudent } from "../stages/trained-student";
import { lite0Parameters } from "../weights/efficientnet-lite0";
import { imagenetCheckpoint } from "../weights/imagenet";
import { aboveZero, wholeNumber } from "./arguments";
import { stepProgress } from "./progress";

export function superviseCommand(): Command {
  return new Command("supervise")
    .description("Train the student from ImageNet weights on labelled fakes and pseudo-fakes.")
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option(
      "--run <folder>",
      "folder of the run: checkpoint, log",
      cacheFolder("runs", "supervised"),
    )
    .option("--steps <n>", "optimiser steps", wholeNumber, SUPERVISE_DEFAULTS.steps)
    .option("--init <run>", "start from another run's student instead of ImageNet weights")
    .option("--rate <x>", "peak learning rate", aboveZero, SUPERVISE_DEFAULTS.peakRate)
    .option(
      "--pairs <n>",
      "real crops with a pseudo-fake, a batch",
      wholeNumber,
      SUPERVISE_DEFAULTS.batch.pairs,
    )
    .option(
      "--labelled <n>",
      "labelled fakes with a real partner, a batch",
      wholeNumber,
      SUPERVISE_DEFAULTS.batch.labelled,
    )
    .option("--seed <n>", "seed of split, batches and order", wholeNumber, SUPERVISE_DEFAULTS.seed)
    .option("--workers <n>", "threads that make batches", wholeNumber, SUPERVISE_DEFAULTS.workers)
    .action(async (options) => {
      await startBackend();
      const settings = {
        ...SUPERVISE_DEFAULTS,
        steps: options.steps,
        peakRate: options.rate,
        batch: {
          ...SUPERVISE_DEFAULTS.batch,
          pairs: options.pairs,
          labelled: options.labelled,
        },
        seed: options.seed,
        workers: options.workers,
      };
      const initial = options.init
        ? (await readTrainedStudent(options.init)).parameters
        : lite0Parameters(settings.architecture, await imagenetCheckpoint());
      const interrupt = new AbortController();
      process.once("SIGINT", () => interrupt.abort());
      process.once("SIGTERM", () => interrupt.abort());
      const progress = stepProgress(settings.steps);
      const trained = await supervise({
        data: options.data,
        run: options.run,
        settings,
        initial,
        signal: interrupt.signal,
        onStep: progress.step,
        onMessage: progress.message,
      });
      progress.stop();
      console.error(trained ? `trained; the run is in ${options.run}` : "interrupted and saved");
    });
}

// `trainer probe`: how far batches can be told apart by what must not matter.
import { Command } from "commander";
import { probeBatches } from "../stages/probe";
import { SUPERVISE_DEFAULTS } from "../stages/settings";
import { wholeNumber } from "./arguments";

export function probeCommand(): Command {
  return new Command("probe")
    .description(
      "Measure the shortcuts in training batches: thumbnail, colour, sharpness, blocking.",
    )
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option("--batches <n>", "batches to fit on", wholeNumber, 60)
    .action(async (options) => {
      const report = await probeBatches(options.data, SUPERVISE_DEFAULTS, options.batches);
      console.log(JSON.stringify(report, null, 2));
    });
}

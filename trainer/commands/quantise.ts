// `trainer quantise`: the trained student as a quantised graph model.
import { Command } from "commander";
import { startBackend } from "../backend";
import { cacheFolder } from "../cache";
import { quantise } from "../stages/quantise";

export function quantiseCommand(): Command {
  return new Command("quantise")
    .description("Emit and quantise the student of a run; refuse if that costs too much AUC.")
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option("--run <folder>", "folder of the run", cacheFolder("runs", "supervised"))
    .action(async (options) => {
      await startBackend();
      console.log(JSON.stringify(await quantise(options.data, options.run), null, 2));
    });
}

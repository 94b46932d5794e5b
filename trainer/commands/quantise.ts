// `trainer quantise`: the trained student as a quantised graph model.
import { Command } from "commander";
import { startBackend } from "../backend";
import { cacheFolder } from "../cache";
import { studentFolder } from "../run/folders";
import { quantise } from "../stages/quantise";

export function quantiseCommand(): Command {
  return new Command("quantise")
    .description("Emit and quantise the student of a run; refuse if that costs too much AUC.")
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option("--run <folder>", "folder of the run", cacheFolder("runs", "scl-kd"))
    .action(async (options) => {
      await startBackend();
      console.log(
        JSON.stringify(await quantise(options.data, await studentFolder(options.run)), null, 2),
      );
    });
}

// `trainer report`: sheets of training samples to look at.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command } from "commander";
import { pretrainSettings, teachSettings } from "../config/stage-settings";
import { readManifest } from "../datasets/manifest";
import { sampleSheets } from "../evaluation/sample-sheets";
import { batchRows } from "../stages/batches";
import { batchRecipe } from "../stages/settings";
import { pretrainingSides } from "../stages/sides";
import { configOf, dataFolder, seedOption, withConfig } from "./config-options";

/** Views shown; a batch of pretraining has many more. */
const VIEWS = 24;

export function reportCommand(): Command {
  return withConfig(new Command("report"), [seedOption()])
    .description("Write sheets of training samples: pseudo-fakes, a batch, the views.")
    .requiredOption("--out <folder>", "where the HTML pages go; they embed pictures of the data")
    .action(async (options, command: Command) => {
      const config = await configOf(command);
      const data = dataFolder(config);
      const pretrain = pretrainSettings(config);
      const { seen } = pretrainingSides(await readManifest(data), pretrain);
      const { leastArea, blended, cropMargin, seed, architecture } = pretrain;
      const teach = teachSettings(config);
      const sheets = await sampleSheets(data, await batchRows(data, seen, teach.batch), {
        batch: batchRecipe(teach),
        views: {
          n: VIEWS,
          leastArea,
          blended,
          cropMargin,
          seed,
          inputSize: architecture.inputSize,
        },
      });
      await mkdir(options.out, { recursive: true });
      for (const [name, html] of sheets) {
        await writeFile(join(options.out, name), html);
        console.log(join(options.out, name));
      }
    });
}

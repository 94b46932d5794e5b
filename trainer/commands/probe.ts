// `trainer probe`: how far real and fake can be told apart by what must not matter, in the batches
// that training makes or in a set as it lies on disk.
import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { superviseSettings, teachSettings } from "../config/stage-settings";
import { readManifest } from "../datasets/manifest";
import { DEFAULT_RESAMPLES, intervals } from "../evaluation/bootstrap";
import { labelledRows } from "../evaluation/labelled-rows";
import { batchProbeMarkdown, setProbeMarkdown } from "../evaluation/probe-markdown";
import { SHORTCUT_LIMIT } from "../evaluation/shortcut-probe";
import { probeBatches, probeSet } from "../stages/probe";
import { batchRecipe } from "../stages/settings";
import { trainingSplit } from "../stages/sides";
import { wholeNumber } from "./arguments";
import { configOf, dataFolder, withConfig } from "./config-options";
import { pictureProgress } from "./picture-progress";

export function probeCommand(): Command {
  return withConfig(new Command("probe"))
    .description(
      "Measure shortcuts: can real and fake be told apart by size, thumbnail, sharpness, file?",
    )
    .option("--batches <n>", "training batches to look at", wholeNumber, 80)
    .addOption(
      new Option("--stage <name>", "whose batches")
        .choices(["teach", "supervise"])
        .default("teach"),
    )
    .option("--data-set", "probe the pictures on disk instead of training batches", false)
    .option("--split <name>", "split of the set, with --data-set", "train")
    .option("--json <file>", "write the figures as JSON, too")
    .action(async (options, command: Command) => {
      const config = await configOf(command);
      const data = dataFolder(config);
      const stage = options.stage === "teach" ? teachSettings(config) : superviseSettings(config);
      const recipe = batchRecipe(stage);
      const progress = pictureProgress();
      const onProgress = (done: number, total: number) => progress.report("probe", done, total);
      const probe = options.dataSet
        ? await probeSet(
            data,
            await labelledRows(data, options.split),
            recipe,
            intervals(DEFAULT_RESAMPLES, config.seed),
            config.seed,
            onProgress,
          ).finally(progress.stop)
        : await probeBatches(
            data,
            trainingSplit(await readManifest(data), stage).fit,
            recipe,
            options.batches,
            onProgress,
          ).finally(progress.stop);
      console.log("families" in probe ? setProbeMarkdown(probe) : batchProbeMarkdown(probe));
      if (options.json) await writeFile(options.json, `${JSON.stringify(probe, null, 2)}\n`);
      const worst =
        "families" in probe
          ? Math.max(...Object.values(probe.families).map(({ value }) => value), probe.all.value)
          : Math.max(...[probe.pseudoFakes.mean, probe.labelled.mean].filter(Number.isFinite));
      if (worst > SHORTCUT_LIMIT)
        console.error(
          `warning: real and fake can be told apart without looking at the face (AUC ${worst.toFixed(2)}; ` +
            `over ${SHORTCUT_LIMIT} ${options.dataSet ? "the set wants mending, or batches that hide it" : "the recipe wants mending"})`,
        );
    });
}

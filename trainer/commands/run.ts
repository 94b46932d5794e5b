// `trainer run`: everything from pictures to the student package, by one command.
import type { Command } from "commander";
import { startBackend } from "../backend";
import { runPipeline } from "../run/pipeline";
import {
  configOf,
  dataFolder,
  labelFractionOption,
  runFolder,
  studentOption,
} from "./config-options";
import { INTERRUPTED, interruptSignal } from "./interrupt";
import { pictureProgress } from "./picture-progress";
import { showProgress } from "./progress";
import { trainingCommand } from "./stage-command";
import { unitProgress } from "./unit-progress";

export function runCommand(): Command {
  return trainingCommand("run", [studentOption(), labelFractionOption()])
    .description(
      "All stages, from pictures to the student package; what is finished is passed over.",
    )
    .option("--date <date>", "date in the card", new Date().toISOString().slice(0, 10))
    .action(async ({ date }, command: Command) => {
      const config = await configOf(command);
      // Before anything is started: is there anything to train on?
      dataFolder(config);
      await startBackend();
      const pictures = pictureProgress();
      const units = unitProgress();
      const isDone = await runPipeline({
        config,
        date,
        signal: interruptSignal(),
        watch: (steps) => {
          const { step, message, stop } = showProgress(steps);
          return { onStep: step, onMessage: message, stop };
        },
        onMessage: (message) => console.error(message),
        onPictures: pictures.report,
        onUnit: units.unit,
      }).finally(() => {
        pictures.stop();
        units.stop();
      });
      if (isDone) return;
      console.error(`interrupted and saved in ${runFolder(config)}; the same command goes on`);
      process.exitCode = INTERRUPTED;
    });
}

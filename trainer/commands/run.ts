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

export function runCommand(): Command {
  return trainingCommand("run", [studentOption(), labelFractionOption()])
    .description(
      "All stages, from pictures to the student package; what is finished is passed over.",
    )
    .option("--date <date>", "date in the card", new Date().toISOString().slice(0, 10))
    .action(async ({ date }, command: Command) => {
      const config = await configOf(command);
      const data = dataFolder(config);
      const run = runFolder(config);
      await startBackend();
      const pictures = pictureProgress();
      const isDone = await runPipeline({
        config,
        data,
        run,
        date,
        signal: interruptSignal(),
        watch: (steps) => {
          const { step, message, stop } = showProgress(steps);
          return { onStep: step, onMessage: message, stop };
        },
        onMessage: (message) => console.error(message),
        onPictures: pictures.report,
      }).finally(pictures.stop);
      if (isDone) return;
      console.error(`interrupted and saved in ${run}; the same command goes on`);
      process.exitCode = INTERRUPTED;
    });
}

// `trainer quantise`: the trained student as a quantised graph model.
import { Command } from "commander";
import { startBackend } from "../backend";
import { studentFolder } from "../run/folders";
import { quantise } from "../stages/quantise";
import { configOf, dataFolder, runFolder, withConfig } from "./config-options";
import { pictureProgress } from "./picture-progress";

export function quantiseCommand(): Command {
  return withConfig(new Command("quantise"), [])
    .description("Emit and quantise the student of a run; refuse if that costs too much AUC.")
    .action(async (_, command: Command) => {
      const config = await configOf(command);
      const data = dataFolder(config);
      const student = await studentFolder(runFolder(config));
      await startBackend();
      const { maxAucLoss } = config.quantise;
      const pictures = pictureProgress();
      const report = await quantise(data, student, maxAucLoss, pictures.report).finally(
        pictures.stop,
      );
      console.log(JSON.stringify(report, null, 2));
    });
}

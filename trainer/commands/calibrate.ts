// `trainer calibrate`: temperature, thresholds, card; writes the finished package.
import { Command } from "commander";
import { verifyPackage } from "../../model/package/student";
import { startBackend } from "../backend";
import { runFolders, studentFolder } from "../run/folders";
import { archivePath, packStudent } from "../run/pack";
import { configOf, dataFolder, KnobOption, runFolder, withConfig } from "./config-options";
import { pictureProgress } from "./picture-progress";
import { readPackageFiles } from "./read-package";

export function calibrateCommand(): Command {
  return withConfig(new Command("calibrate"), [
    new KnobOption("--name <name>", "name in the card", "calibrate.name", "text"),
    new KnobOption("--model-version <version>", "in the card", "calibrate.version", "text"),
  ])
    .description("Choose temperature and thresholds on held-out groups and write the package.")
    .option("--out <folder>", "folder of the package instead of `package` in the run's")
    .option(
      "--figures-of <package>",
      "for a refit (data.splits): the package that was measured, of the same recipe or gone on from; its figures go into the card",
    )
    .option("--date <date>", "date in the card", new Date().toISOString().slice(0, 10))
    .action(async (options, command: Command) => {
      const config = await configOf(command);
      const data = dataFolder(config);
      const run = runFolder(config);
      const student = await studentFolder(run);
      const out = options.out ?? runFolders(run).package;
      // A package that is not there is better known before the figures than after.
      const figuresOf = options.figuresOf
        ? await verifyPackage(await readPackageFiles(options.figuresOf))
        : undefined;
      await startBackend();
      const pictures = pictureProgress();
      const onPictures = pictures.report;
      const job = { config, data, student, out, date: options.date, figuresOf, onPictures };
      const { report } = await packStudent(job).finally(pictures.stop);
      console.log(JSON.stringify(report, null, 2));
      console.error(`the package is ${out}, and as one file ${archivePath(out)}`);
    });
}

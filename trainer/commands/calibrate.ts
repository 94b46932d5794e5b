// `trainer calibrate`: temperature, thresholds, card; writes the finished package.
import { Command } from "commander";
import { startBackend } from "../backend";
import { cacheFolder, repositoryFolder } from "../cache";
import { writePackage } from "../emission/package";
import { studentFolder } from "../run/folders";
import { calibrate } from "../stages/calibrate";

export function calibrateCommand(): Command {
  return new Command("calibrate")
    .description("Choose temperature and thresholds on held-out groups and write the package.")
    .requiredOption("--data <folder>", "folder of face crops with manifest.jsonl")
    .option("--run <folder>", "folder of the run", cacheFolder("runs", "scl-kd"))
    .option("--out <folder>", "folder of the package", repositoryFolder("assets", "student"))
    .option("--name <name>", "name in the card", "unmask-student")
    .option("--model-version <version>", "version in the card", "0.1.0")
    .option("--date <date>", "date in the card", new Date().toISOString().slice(0, 10))
    .action(async (options) => {
      await startBackend();
      const { files, report } = await calibrate(options.data, await studentFolder(options.run), {
        name: options.name,
        version: options.modelVersion,
        date: options.date,
      });
      await writePackage(options.out, files);
      console.log(JSON.stringify(report, null, 2));
    });
}

// `trainer average`: the mean of students that went on from one.
import { Command } from "commander";
import { startBackend } from "../backend";
import { runFolders, studentFolder } from "../run/folders";
import { average } from "../stages/average";
import { configOf, runFolder, withConfig } from "./config-options";
import { readPackageFiles } from "./read-package";

export function averageCommand(): Command {
  return withConfig(new Command("average"), [])
    .description(
      "The mean of the weights of a packaged student and of students that went on from it.",
    )
    .argument("<runs...>", "folders of the runs that went on from it (`--continue`)")
    .requiredOption("--continue <package>", "package folder or .unmask file they all began with")
    .option("--without-start", "that package itself does not count in")
    .action(async (runs: string[], { continue: path, withoutStart }, command: Command) => {
      const { student } = runFolders(runFolder(await configOf(command)));
      const folders = await Promise.all(runs.map((run) => studentFolder(run)));
      const start = await readPackageFiles(path);
      await startBackend();
      const { members } = await average(folders, start, student, withoutStart);
      const count = members.length + (withoutStart ? 0 : 1);
      console.error(`average: of ${count} students; it is in ${student}`);
    });
}

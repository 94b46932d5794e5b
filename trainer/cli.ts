// Command line of the trainer.
import { Command } from "commander";
import { averageCommand } from "./commands/average";
import { calibrateCommand } from "./commands/calibrate";
import { configCommand } from "./commands/config";
import { distilCommand } from "./commands/distil";
import { evaluateCommand } from "./commands/evaluate";
import { prepareCommand } from "./commands/prepare";
import { pretrainCommand } from "./commands/pretrain";
import { probeCommand } from "./commands/probe";
import { quantiseCommand } from "./commands/quantise";
import { redrawCommand } from "./commands/redraw";
import { reportCommand } from "./commands/report";
import { runCommand } from "./commands/run";
import { setupCommand } from "./commands/setup";
import { superviseCommand } from "./commands/supervise";
import { tableCommand } from "./commands/table";
import { teachCommand } from "./commands/teach";

const program = new Command("trainer")
  .description("Trains, measures and packs the students that Unmask loads.")
  .showHelpAfterError()
  .addCommand(setupCommand())
  .addCommand(configCommand())
  .addCommand(prepareCommand())
  .addCommand(redrawCommand())
  .addCommand(runCommand())
  .addCommand(pretrainCommand())
  .addCommand(teachCommand())
  .addCommand(distilCommand())
  .addCommand(superviseCommand())
  .addCommand(averageCommand())
  .addCommand(probeCommand())
  .addCommand(reportCommand())
  .addCommand(quantiseCommand())
  .addCommand(calibrateCommand())
  .addCommand(evaluateCommand())
  .addCommand(tableCommand());

program.parseAsync().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});

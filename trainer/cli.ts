// Command line of the trainer.
import { Command } from "commander";
import { calibrateCommand } from "./commands/calibrate";
import { evaluateCommand } from "./commands/evaluate";
import { probeCommand } from "./commands/probe";
import { quantiseCommand } from "./commands/quantise";
import { setupCommand } from "./commands/setup";
import { superviseCommand } from "./commands/supervise";

const program = new Command("trainer")
  .description("Trains, measures and packs the students that Unmask loads.")
  .showHelpAfterError()
  .addCommand(setupCommand())
  .addCommand(superviseCommand())
  .addCommand(probeCommand())
  .addCommand(quantiseCommand())
  .addCommand(calibrateCommand())
  .addCommand(evaluateCommand());

program.parseAsync().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});

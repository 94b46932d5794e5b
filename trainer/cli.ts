// Command line of the trainer.
import { Command } from "commander";
import { superviseCommand } from "./commands/supervise";

const program = new Command("trainer")
  .description("Trains, measures and packs the students that Unmask loads.")
  .showHelpAfterError()
  .addCommand(superviseCommand());

program.parseAsync().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});

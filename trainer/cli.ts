// Command line of the trainer.
import { Command } from "commander";
import { setupCommand } from "./commands/setup";
import { superviseCommand } from "./commands/supervise";

const program = new Command("trainer")
  .description("Trains, measures and packs the students that Unmask loads.")
  .showHelpAfterError()
  .addCommand(setupCommand())
  .addCommand(superviseCommand());

program.parseAsync().catch((error: Error) => {
  console.error(`error: ${error.message}`);
  process.exitCode = 1;
});

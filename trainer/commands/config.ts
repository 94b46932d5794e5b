// `trainer config`: prints the configuration as a file that explains itself.
import { Command } from "commander";
import { annotatedYaml } from "../config/annotated";
import { configOf, withConfig } from "./config-options";

export function configCommand(): Command {
  return withConfig(new Command("config"))
    .description("Print every knob with its value, its symbol and the source of its default.")
    .action(async (_, command: Command) => {
      console.log(annotatedYaml(await configOf(command)).trimEnd());
    });
}

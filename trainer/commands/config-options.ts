// The configuration on the command line: the file, `--set`, and options that set one knob each.
// Options beat the file.
import { resolve } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { parseAssignment, readConfig } from "../config/read";
import type { TrainerConfig } from "../config/schema";

export { dataFolder, runFolder } from "../run/folders";

const READERS = {
  text: (text: string) => text,
  folder: (text: string) => resolve(text),
  yaml: (text: string, knob: string) => parseAssignment(`${knob}=${text}`)[1],
};

/** Sets one knob of the configuration. */
export class KnobOption extends Option {
  /**
   * @param knob its path, as in `pretrain.steps`.
   * @param kind how what is typed is read; a folder is meant from where one stands.
   */
  constructor(
    flags: string,
    description: string,
    readonly knob: string,
    kind: keyof typeof READERS = "yaml",
  ) {
    super(flags, `${description} (${knob})`);
    this.argParser((text) => READERS[kind](text, knob));
  }
}

export const seedOption = () =>
  new KnobOption("--seed <n>", "of everything drawn by chance", "seed");
export const workersOption = () =>
  new KnobOption("--workers <n>", "threads that make batches", "workers");

/** Other stages read it too, so it belongs into the file; by hand it is for a quick look. */
export const labelFractionOption = () =>
  new KnobOption("--label-fraction <x>", "share of the labels to use", "data.labelFraction");

export const studentOption = () =>
  new KnobOption("--student <size>", "tiny, small, medium or large", "network.student", "text");

/** Adds `--config`, `--data`, `--run`, the given options, and `--set` for every other knob. */
export function withConfig(
  command: Command,
  options: readonly KnobOption[] = [seedOption(), workersOption()],
): Command {
  command
    .option("--config <file>", "configuration (YAML); `trainer config` prints one")
    .addOption(
      new KnobOption("--data <folder>", "face crops with manifest.jsonl", "data.folder", "folder"),
    )
    .addOption(new KnobOption("--run <folder>", "root folder of the run", "run", "folder"));
  for (const option of options) command.addOption(option);
  return command.addOption(
    new Option("--set <key=value>", "any knob, as in pretrain.K=1024; may be repeated")
      .argParser(assignment)
      .default({}, "nothing"),
  );
}

/** The configuration that a command line means. @throws ConfigError */
export async function configOf(command: Command): Promise<TrainerConfig> {
  const given = command.opts();
  const overrides: Record<string, unknown> = { ...given.set };
  for (const option of command.options)
    if (option instanceof KnobOption && given[option.attributeName()] !== undefined)
      overrides[option.knob] = given[option.attributeName()];
  return readConfig(given.config, overrides);
}

function assignment(text: string, before: object): object {
  try {
    const [path, value] = parseAssignment(text);
    return { ...before, [path]: value };
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

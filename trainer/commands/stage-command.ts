// What the commands of the training stages share: the configuration file with the options over it,
// the backend, progress, Ctrl-C, and the exit status.
import { Command, InvalidArgumentError, Option } from "commander";
import { startBackend } from "../backend";
import { cacheFolder } from "../cache";
import { type Overrides, parseAssignment, readConfig } from "../config/read";
import type { TrainerConfig } from "../config/schema";
import { runFolders } from "../run/folders";
import type { Stage } from "../run/stages";
import { INTERRUPTED, interruptSignal } from "./interrupt";
import { showProgress } from "./progress";

type Assignments = Record<string, unknown>;

/** An option that sets one knob of the configuration. */
export interface KnobOption {
  flags: string;
  description: string;
  /** Path of the knob. */
  knob: string;
}

const SHARED: readonly KnobOption[] = [
  {
    flags: "--data <folder>",
    description: "face crops with manifest.jsonl (data.folder)",
    knob: "data.folder",
  },
  { flags: "--run <folder>", description: "root folder of the run (run)", knob: "run" },
  { flags: "--seed <n>", description: "of everything drawn by chance (seed)", knob: "seed" },
  { flags: "--workers <n>", description: "threads that make batches (workers)", knob: "workers" },
];

/** Takes part in other stages too, so it belongs into the file; by hand for a quick look. */
export const LABEL_FRACTION_OPTION: KnobOption = {
  flags: "--label-fraction <x>",
  description: "share of the labels that may be used (data.labelFraction)",
  knob: "data.labelFraction",
};

/** Adds `--config`, `--set` and options that set one knob each. Options beat the file. */
export function withConfig(command: Command, options: readonly KnobOption[] = []): Command {
  command.option("--config <file>", "configuration (YAML); `trainer config` prints one");
  command.addOption(
    new Option("--set <key=value>", "set any knob, as in pretrain.K=1024; may be repeated")
      .argParser(assignment)
      .default({} as Assignments, "nothing"),
  );
  for (const { flags, description, knob } of [...SHARED, ...options])
    command.addOption(
      new Option(flags, description).argParser((text) => parseAssignment(`${knob}=${text}`)[1]),
    );
  return command;
}

/** The configuration that a command line means. @throws ConfigError */
export async function configOf(
  command: Command,
  options: readonly KnobOption[] = [],
): Promise<TrainerConfig> {
  const given = command.opts();
  const overrides: Assignments = { ...given.set };
  for (const { flags, knob } of [...SHARED, ...options]) {
    const value = given[new Option(flags).attributeName()];
    if (value !== undefined) overrides[knob] = value;
  }
  return readConfig(given.config, overrides satisfies Overrides);
}

/** @throws Error if neither file nor command line names the data. */
export function dataFolder({ data }: TrainerConfig): string {
  if (!data.folder) throw new Error("no data: give --data FOLDER, or data.folder in the file");
  return data.folder;
}

/** Root folder of the run. */
export function runFolder({ run }: TrainerConfig): string {
  return run ?? cacheFolder("runs", "scl-kd");
}

/** A command that runs one training stage. @param steps of the stage under the configuration. */
export function stageCommand(
  name: string,
  description: string,
  stage: Stage,
  steps: (config: TrainerConfig) => number,
  options: readonly KnobOption[],
): Command {
  return withConfig(new Command(name), options)
    .description(description)
    .action(async (_, command: Command) => {
      const config = await configOf(command, options);
      await runStage(name, stage, config, steps(config));
    });
}

/** Runs a stage with progress; sets the exit status if it was interrupted. */
export async function runStage(
  name: string,
  stage: Stage,
  config: TrainerConfig,
  steps: number,
): Promise<void> {
  const data = dataFolder(config);
  const run = runFolder(config);
  await startBackend();
  const progress = showProgress(steps);
  try {
    const trained = await stage({
      config,
      data,
      folders: runFolders(run),
      signal: interruptSignal(),
      onStep: progress.step,
      onMessage: progress.message,
    });
    progress.stop();
    console.error(
      trained
        ? `${name}: done; the run is in ${run}`
        : `${name}: interrupted and saved in ${run}; the same command goes on`,
    );
    if (!trained) process.exitCode = INTERRUPTED;
  } finally {
    progress.stop();
  }
}

function assignment(text: string, before: Assignments): Assignments {
  try {
    const [path, value] = parseAssignment(text);
    return { ...before, [path]: value };
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

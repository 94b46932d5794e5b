// What the commands of the training stages share: the backend, progress, Ctrl-C, the exit status.
import { Command, Option } from "commander";
import { startBackend } from "../backend";
import type { TrainerConfig } from "../config/schema";
import { runFolders } from "../run/folders";
import type { Stage } from "../run/stages";
import {
  configOf,
  dataFolder,
  type KnobOption,
  runFolder,
  seedOption,
  withConfig,
  workersOption,
} from "./config-options";
import { INTERRUPTED, interruptSignal } from "./interrupt";
import { showProgress } from "./progress";

/** A command of the given options that `act` upon the configuration. */
export function trainingCommand(name: string, options: readonly KnobOption[]): Command {
  return withConfig(new Command(name), [...options, seedOption(), workersOption()]);
}

export const continueOption = () =>
  new Option(
    "--continue <package>",
    "package folder or .unmask file whose student goes on learning",
  );

/** Runs a stage with progress; sets the exit status if it was interrupted. @param steps of the stage. */
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
  const trained = await stage({
    config,
    data,
    folders: runFolders(run),
    signal: interruptSignal(),
    onStep: progress.step,
    onMessage: progress.message,
  }).finally(progress.stop);
  if (trained) {
    console.error(`${name}: done; the run is in ${run}`);
    return;
  }
  console.error(`${name}: interrupted and saved in ${run}; the same command goes on`);
  process.exitCode = INTERRUPTED;
}

/** `act` of a command whose stage needs nothing but the configuration. */
export function stageAction(
  name: string,
  stage: Stage,
  steps: (config: TrainerConfig) => number,
): (options: unknown, command: Command) => Promise<void> {
  return async (_, command) => {
    const config = await configOf(command);
    await runStage(name, stage, config, steps(config));
  };
}

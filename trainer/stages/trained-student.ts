// A finished (or interrupted) run read back: its settings and its averaged parameters.

import { flatLayout, unflatten } from "../network/flat-parameters";
import { blankParameters, isTrainable, type Parameters } from "../network/parameters";
import { loadCheckpoint } from "./checkpoint";
import { readRunRecord, STUDENT_STAGES, type StudentRecord } from "./run-record";

export interface TrainedStudent {
  settings: StudentRecord;
  parameters: Parameters;
  step: number;
  /** Of its run; see `runFingerprint`. */
  fingerprint: string;
}

/** @throws Error if the folder holds no run, or no checkpoint yet. */
export async function readTrainedStudent(run: string): Promise<TrainedStudent> {
  const settings = await readRunRecord(run, ...STUDENT_STAGES);
  const checkpoint = await loadCheckpoint(run);
  if (!checkpoint) throw new Error(`${run} holds no checkpoint yet`);
  const parameters = blankParameters(settings.architecture);
  const trainable = flatLayout(parameters);
  const statistics = flatLayout(parameters, (name) => !isTrainable(name));
  if (checkpoint.ema.length !== trainable.length)
    throw new Error(`the checkpoint in ${run} does not fit its settings`);
  unflatten(trainable, checkpoint.ema, parameters);
  unflatten(statistics, checkpoint.emaStatistics, parameters);
  return { settings, parameters, step: checkpoint.step, fingerprint: checkpoint.fingerprint };
}

/** @throws Error if the run in the folder has not come to its end: what goes on from it would not say so. */
export function requireFinished(folder: string, step: number, steps: number): void {
  if (step < steps)
    throw new Error(
      `the run in ${folder} has come to step ${step} of ${steps}; finish it first (the same command goes on)`,
    );
}

// The loop that all training stages share: batch, step, now and then a look and a checkpoint. Whatever
// ends it early, the last checkpoint stays whole and the message names it.
import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { EventLog } from "../event-log";
import { cosineRate } from "../optimiser/adamw";
import { StepMeter, type StepValues } from "./step-meter";

/** How a stage is watched and stopped, and what it need not make again. */
export interface StageHooks {
  /** Folder of batches that other runs may see too (see `batchSource`); without it none is kept. */
  batches?: string;
  /** When aborted, the step under way is finished and saved. */
  signal?: AbortSignal;
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

export interface Learner<B, V extends StepValues> {
  readonly step: number;
  /** @throws Error if the loss is not finite; the weights are then still those before the step. */
  train(batch: B, learningRate: number): V;
}

export interface Course<B, V extends StepValues, L extends object> {
  /** Named in messages. */
  phase: string;
  /** Folder of the run: `log.jsonl` and TensorBoard's event files. */
  run: string;
  learner: Learner<B, V>;
  take(index: number): Promise<B>;
  /** Pictures in a batch. */
  batchSize: number;
  settings: { steps: number; warmupSteps: number; peakRate: number; checkpointEvery: number };
  /** Steps of the phases before, so that no phase sees another's batches. */
  before?: number;
  save(): Promise<void>;
  /** What is measured with every checkpoint. */
  look(): L;
  /** What is said of it. */
  say(look: L): string;
}

/** One line of `log.jsonl`: means since the line before, and the look. */
export type LogEntry<V extends StepValues, L extends object> = V &
  L & { phase: string; step: number; picturesPerSecond: number };

/** Steps between the points that TensorBoard draws. */
const EVENT_EVERY = 10;

/**
 * Trains to the last step.
 *
 * @returns false if it was interrupted, and then saved.
 * @throws Error naming phase, step and the checkpoint that is kept.
 */
export async function trainSteps<B, V extends StepValues, L extends object>(
  course: Course<B, V, L>,
  { signal, onStep, onMessage = () => {} }: StageHooks,
): Promise<boolean> {
  const { phase, learner, settings, batchSize, before = 0 } = course;
  const { steps, warmupSteps, peakRate, checkpointEvery } = settings;
  let saved = learner.step;
  if (saved > 0) onMessage(`${phase}: resumed at step ${saved}`);
  const meter = new StepMeter<V>();
  try {
    const events = new EventLog(course.run);
    while (learner.step < steps && !signal?.aborted) {
      const { step } = learner;
      const rate = cosineRate(step, steps, warmupSteps, peakRate);
      const values = learner.train(await course.take(before + step), rate);
      meter.note(values, batchSize);
      const { picturesPerSecond } = meter;
      onStep?.(before + learner.step, meter.loss, picturesPerSecond);
      const at = before + learner.step;
      if (learner.step % EVENT_EVERY === 0)
        events.write({ train: { ...values, rate, picturesPerSecond } }, at);
      if (learner.step % checkpointEvery !== 0 && learner.step !== steps) continue;
      await course.save();
      saved = learner.step;
      const look = course.look();
      const entry: LogEntry<V, L> = {
        phase,
        step: saved,
        ...meter.means,
        ...look,
        picturesPerSecond,
      };
      await appendFile(join(course.run, "log.jsonl"), `${JSON.stringify(entry)}\n`);
      events.write({ look }, at);
      events.flush();
      onMessage(`${phase}, step ${saved}: loss ${entry.loss.toFixed(4)}, ${course.say(look)}`);
      meter.restart();
    }
    if (learner.step > saved && learner.step < steps) await course.save();
  } catch (error) {
    throw failureOf(course, saved, error as Error);
  }
  return learner.step >= steps;
}

function failureOf(
  { phase, learner, run }: Pick<Course<unknown, StepValues, object>, "phase" | "learner" | "run">,
  saved: number,
  { message }: Error,
): Error {
  const hint = message.includes("not finite") ? "; a lower peakRate helps most often" : "";
  const kept =
    saved > 0
      ? `the checkpoint of step ${saved} in ${run} is whole, and the same command goes on from it`
      : "there was no checkpoint yet";
  return new Error(`${phase}, step ${learner.step + 1}: ${message}${hint}; ${kept}`);
}

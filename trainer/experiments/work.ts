// Works through a plan: takes one step after the other that is ready and that nobody else has, and
// waits for those of others where nothing else is left.
import { setTimeout as pause } from "node:timers/promises";
import type { ShardNumber } from "../shards/assignment";
import { LOCK_TIMES, Lock, type LockTimes } from "./lock";
import { type Job, type Plan, type Step, stepsOf } from "./plan";
import { isDone, readStepState, stepFolder, writeStepState } from "./step-state";

export interface WorkOptions {
  /** Folder of the table. */
  table: string;
  /** Runs a step to its end; false if it was interrupted and saved. */
  run: (step: Step, signal: AbortSignal) => Promise<boolean>;
  signal?: AbortSignal;
  onMessage?: (message: string) => void;
  times?: LockTimes;
  /** Between looks at the locks of others. */
  pollMs?: number;
}

export interface WorkReport {
  /** Steps that this process finished. */
  finished: Step[];
  failed: { step: Step; error: Error }[];
  /** Steps that need a failed one. */
  blocked: Step[];
  isInterrupted: boolean;
}

/** The jobs of one worker of many: neighbours share steps, so each has a stretch. */
export function jobsOf(jobs: readonly Job[], { index, count }: ShardNumber): Job[] {
  return jobs.filter((_, i) => Math.floor((i * count) / jobs.length) === index);
}

/** Jobs whose name contains the pattern, or matches it where it has a `*`. */
export function jobsNamed(jobs: readonly Job[], pattern: string): Job[] {
  const parts = pattern.split("*").map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  const test = new RegExp(parts.length > 1 ? `^${parts.join(".*")}$` : parts.join(""), "i");
  return jobs.filter(({ name }) => test.test(name));
}

/** Does what is not done yet of these jobs. A step that fails stops only what needs it. */
export async function work(
  plan: Plan,
  jobs: readonly Job[],
  { table, run, signal, onMessage = () => {}, times = LOCK_TIMES, pollMs = 10_000 }: WorkOptions,
): Promise<WorkReport> {
  const open = new Map(stepsOf(plan, jobs).map((step) => [step.id, step]));
  const report: WorkReport = { finished: [], failed: [], blocked: [], isInterrupted: false };
  const broken = new Set<string>();
  let waitsFor = "";
  while (open.size > 0 && !signal?.aborted) {
    let hasMoved = false;
    let held = "";
    for (const step of open.values()) {
      if (signal?.aborted) break;
      if (step.needs.some((need) => broken.has(need))) {
        broken.add(step.id);
        open.delete(step.id);
        report.blocked.push(step);
        continue;
      }
      if (await isDone(table, step.id)) {
        open.delete(step.id);
        hasMoved = true;
        continue;
      }
      if (step.needs.some((need) => open.has(need))) continue;
      const outcome = await attempt(step, { table, run, signal, onMessage, times });
      if (outcome === "held") {
        held = step.title;
        continue;
      }
      hasMoved = true;
      if (outcome === "interrupted") continue;
      open.delete(step.id);
      if (outcome === "done") report.finished.push(step);
      else if (outcome !== "done elsewhere") {
        broken.add(step.id);
        report.failed.push({ step, error: outcome });
      }
      // From the top: what others have finished meanwhile may be ready earlier in the table.
      break;
    }
    if (hasMoved || open.size === 0) continue;
    if (held && held !== waitsFor) onMessage(`waiting for another machine: ${held}`);
    waitsFor = held;
    await pause(pollMs, undefined, { signal }).catch(() => {});
  }
  report.isInterrupted = signal?.aborted ?? false;
  return report;
}

type Outcome = "done" | "done elsewhere" | "held" | "interrupted" | Error;

async function attempt(
  step: Step,
  {
    table,
    run,
    signal,
    onMessage,
    times,
  }: Required<Pick<WorkOptions, "table" | "run" | "onMessage" | "times">> & {
    signal?: AbortSignal;
  },
): Promise<Outcome> {
  const lock = await Lock.take(stepFolder(table, step.id), times);
  if (!lock) return "held";
  try {
    const before = await readStepState(table, step.id);
    // Somebody may have finished it between the look and the lock.
    if (before?.isDone) return "done elsewhere";
    onMessage(`${before ? "going on with" : "beginning"} ${step.id}: ${step.title}`);
    const started = { wall: performance.now(), cpu: process.cpuUsage() };
    const keep = async (isDone: boolean, error?: string) => {
      if (!(await lock.isHeld())) return;
      const { user, system } = process.cpuUsage(started.cpu);
      await writeStepState(table, step, {
        title: step.title,
        isDone,
        wallSeconds: (before?.wallSeconds ?? 0) + (performance.now() - started.wall) / 1000,
        cpuSeconds: (before?.cpuSeconds ?? 0) + (user + system) / 1e6,
        ...(error !== undefined && { error }),
      });
    };
    try {
      const signals = signal ? [signal, lock.lost] : [lock.lost];
      const isFinished = await run(step, AbortSignal.any(signals));
      if (lock.lost.aborted) {
        onMessage(`another machine has taken over ${step.id}`);
        return "held";
      }
      await keep(isFinished);
      return isFinished ? "done" : "interrupted";
    } catch (error) {
      await keep(false, (error as Error).message);
      onMessage(`failed: ${step.title}: ${(error as Error).message}`);
      return error as Error;
    }
  } finally {
    await lock.release();
  }
}

// What the folder of a step says of it: whether it is done, what it has cost so far, why it failed.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Step } from "./plan";

export interface StepState {
  title: string;
  isDone: boolean;
  /** Over all sittings. */
  wallSeconds: number;
  /** User and system time of all threads, over all sittings. */
  cpuSeconds: number;
  /** Why the last sitting failed. */
  error?: string;
}

const FILE = "step.json";

export function stepFolder(table: string, id: string): string {
  return join(table, "steps", id);
}

/** @returns null for a step that was never begun. */
export async function readStepState(table: string, id: string): Promise<StepState | null> {
  const path = join(stepFolder(table, id), FILE);
  try {
    return JSON.parse(await readFile(path, "utf8")) as StepState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new Error(`${path} is damaged: ${(error as Error).message}`);
  }
}

export async function writeStepState(table: string, step: Step, state: StepState): Promise<void> {
  const folder = stepFolder(table, step.id);
  await mkdir(folder, { recursive: true });
  const path = join(folder, FILE);
  const { kind, needs, settings } = step;
  const text = JSON.stringify({ ...state, kind, needs, settings }, null, 2);
  await writeFile(`${path}.part`, `${text}\n`);
  await rename(`${path}.part`, path);
}

export async function isDone(table: string, id: string): Promise<boolean> {
  return (await readStepState(table, id))?.isDone ?? false;
}

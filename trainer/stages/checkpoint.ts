// A training run on disk: everything a step depends on.
import { readCheckpointFile, writeCheckpointFile } from "../checkpoint-file";
import type { AdamWState } from "../optimiser/adamw";

export interface Checkpoint extends AdamWState {
  /** Running mean and variance of every batch norm, flat. */
  statistics: Float32Array;
  /** Their moving average, which belongs to `ema`. */
  emaStatistics: Float32Array;
  /** Identifies the settings; a run resumes only under the same ones. */
  fingerprint: string;
}

const VECTORS = ["weights", "m", "v", "ema", "statistics", "emaStatistics"] as const;

export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  const { step, fingerprint } = checkpoint;
  const vectors = VECTORS.map((name) => checkpoint[name]);
  await writeCheckpointFile(folder, { facts: { step, fingerprint }, vectors });
}

/**
 * @returns null if the folder holds no checkpoint.
 * @throws Error naming the file if it is damaged.
 */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | null> {
  const file = await readCheckpointFile(folder);
  if (!file) return null;
  const vectors = Object.fromEntries(VECTORS.map((name, i) => [name, file.vectors[i]]));
  return { ...file.facts, ...vectors } as unknown as Checkpoint;
}

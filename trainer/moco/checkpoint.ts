// A pretraining run on disk. There is no state of a random generator to keep: every draw comes from
// the run's seed and the number of the step.
import { readCheckpointFile, writeCheckpointFile } from "../checkpoint-file";
import type { QueueState } from "./queue";

/** Everything a step depends on, as plain arrays. */
export interface MoCoState {
  step: number;
  /** The query encoder and its head, and the optimiser's two moments. */
  weights: Float32Array;
  m: Float32Array;
  v: Float32Array;
  /** Running batch-norm statistics of the query encoder. */
  statistics: Float32Array;
  /** The key encoder and its head; it needs no statistics, since it never runs frozen. */
  key: Float32Array;
  queue: QueueState;
}

export interface MoCoCheckpoint extends MoCoState {
  /** Identifies the settings and the data; a run resumes only under the same ones. */
  fingerprint: string;
}

export async function saveMoCo(folder: string, checkpoint: MoCoCheckpoint): Promise<void> {
  const { step, fingerprint, weights, m, v, statistics, key, queue } = checkpoint;
  await writeCheckpointFile(folder, {
    facts: { step, fingerprint, pointer: queue.pointer },
    vectors: [weights, m, v, statistics, key, queue.keys, queue.owners],
  });
}

/**
 * @returns null if the folder holds no checkpoint.
 * @throws Error naming the file if it is damaged.
 */
export async function loadMoCo(folder: string): Promise<MoCoCheckpoint | null> {
  const file = await readCheckpointFile(folder);
  if (!file) return null;
  const { pointer, ...facts } = file.facts as { pointer: number };
  const [weights, m, v, statistics, key, keys, owners] = file.vectors;
  const queue = { keys, owners, pointer };
  return { ...facts, weights, m, v, statistics, key, queue } as MoCoCheckpoint;
}

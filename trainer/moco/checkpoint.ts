// A pretraining run on disk. There is no state of a random generator to keep: every draw comes from
// the run's seed and the number of the step.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

const FILE = "checkpoint.bin";

/** Writes beside the old checkpoint and then takes its place: a full disk leaves the old one whole. */
export async function saveMoCo(folder: string, checkpoint: MoCoCheckpoint): Promise<void> {
  const { step, fingerprint, weights, m, v, statistics, key, queue } = checkpoint;
  const vectors = [weights, m, v, statistics, key, queue.keys, queue.owners];
  const lengths = vectors.map(({ length }) => length);
  const header = Buffer.from(
    JSON.stringify({ step, fingerprint, pointer: queue.pointer, lengths }),
  );
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  const parts = vectors.map((vector) =>
    Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength),
  );
  await mkdir(folder, { recursive: true });
  const path = join(folder, FILE);
  await writeFile(`${path}.part`, Buffer.concat([size, header, ...parts]));
  await rename(`${path}.part`, path);
}

/**
 * @returns null if the folder holds no checkpoint.
 * @throws Error naming the file if it is damaged.
 */
export async function loadMoCo(folder: string): Promise<MoCoCheckpoint | null> {
  const path = join(folder, FILE);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    let offset = 4 + bytes.readUInt32LE(0);
    const { step, fingerprint, pointer, lengths } = JSON.parse(bytes.toString("utf8", 4, offset));
    const [weights, m, v, statistics, key, keys, owners] = (lengths as number[]).map((length) => {
      const part = new Uint8Array(bytes.subarray(offset, offset + length * 4));
      if (part.length < length * 4) throw new Error("it ends too early");
      offset += part.length;
      return new Float32Array(part.buffer);
    }) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const queue = { keys, owners, pointer };
    return { step, fingerprint, weights, m, v, statistics, key, queue };
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}`);
  }
}

// A training run on disk: everything a step depends on, written so that a crash while writing
// leaves the previous checkpoint whole.
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
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

/** Writes `checkpoint.json` and `checkpoint.bin` into the folder. */
export async function saveCheckpoint(folder: string, checkpoint: Checkpoint): Promise<void> {
  await mkdir(folder, { recursive: true });
  const header = {
    step: checkpoint.step,
    fingerprint: checkpoint.fingerprint,
    lengths: VECTORS.map((name) => checkpoint[name].length),
  };
  const headerBytes = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(headerBytes.length);
  const vectors = VECTORS.map((name) => {
    const { buffer, byteOffset, byteLength } = checkpoint[name];
    return Buffer.from(buffer, byteOffset, byteLength);
  });
  const path = join(folder, "checkpoint.bin");
  await writeFile(`${path}.part`, Buffer.concat([length, headerBytes, ...vectors]));
  await rename(`${path}.part`, path);
}

/** @returns null if the folder holds no checkpoint. */
export async function loadCheckpoint(folder: string): Promise<Checkpoint | null> {
  const path = join(folder, "checkpoint.bin");
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch {
    return null;
  }
  try {
    const headerLength = bytes.readUInt32LE(0);
    const header = JSON.parse(bytes.toString("utf8", 4, 4 + headerLength)) as {
      step: number;
      fingerprint: string;
      lengths: number[];
    };
    let offset = 4 + headerLength;
    const vectors = header.lengths.map((length) => {
      if (offset + length * 4 > bytes.length) throw new Error("truncated");
      const vector = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + offset, bytes.byteOffset + offset + length * 4),
      );
      offset += length * 4;
      return vector;
    });
    const [weights, m, v, ema, statistics, emaStatistics] = vectors as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const { step, fingerprint } = header;
    return { step, fingerprint, weights, m, v, ema, statistics, emaStatistics };
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}`);
  }
}

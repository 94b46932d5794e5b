// Which machine prepares which video: `--shard i/n` of a Slurm array or a Kubernetes indexed Job. The
// machines agree without talking, because the answer depends on the key alone.
import { createHash } from "node:crypto";

export interface ShardNumber {
  /** From 0, as `SLURM_ARRAY_TASK_ID` and `JOB_COMPLETION_INDEX` count. */
  index: number;
  count: number;
}

/** @param key of a video, or of a group where its videos must meet on one machine. */
export function machineOf(key: string, count: number): number {
  // 48 bits: exact in a double, and even over any number of machines one could have.
  return createHash("sha256").update(key).digest().readUIntBE(0, 6) % count;
}

export function isMine(key: string, { index, count }: ShardNumber): boolean {
  return machineOf(key, count) === index;
}

/** Reads `0/8` … `7/8`. @throws RangeError saying what is allowed. */
export function parseShard(text: string): ShardNumber {
  const [, index, count] = /^(\d{1,9})\/(\d{1,9})$/.exec(text) ?? [];
  const shard = { index: Number(index), count: Number(count) };
  if (shard.index < shard.count) return shard;
  throw new RangeError(`shard "${text}": expected i/n with i from 0 to n − 1, such as 0/8`);
}

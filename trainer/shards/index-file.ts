// The list of the shards that one run of `prepare` has finished, written after each of them, so that
// whatever stops the run leaves a true account of what is there.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { ShardError } from "./sample";

const Counts = v.record(v.string(), v.pipe(v.number(), v.integer(), v.minValue(0)));

const ShardIndex = v.object({
  format: v.literal("unmask-shards-1"),
  /** Of everything that shapes the shards: a run goes on only with shards of its own plan. */
  plan: v.string(),
  /** False while the run goes on, and after one that did not end well. */
  complete: v.boolean(),
  shards: v.array(
    v.object({
      file: v.string(),
      records: v.number(),
      bytes: v.number(),
      sha256: v.string(),
      /** Units of work (videos, pictures) finished with this shard, of this run altogether. */
      units: v.number(),
      labels: Counts,
      sources: Counts,
    }),
  ),
});
export type ShardIndex = v.InferOutput<typeof ShardIndex>;

/** What all shards of an index hold together. */
export function totalsOf({ shards }: ShardIndex): {
  records: number;
  labels: Record<string, number>;
  sources: Record<string, number>;
} {
  const totals = {
    records: 0,
    labels: {} as Record<string, number>,
    sources: {} as Record<string, number>,
  };
  for (const { records, labels, sources } of shards) {
    totals.records += records;
    for (const [key, count] of Object.entries(labels)) addCount(totals.labels, key, count);
    for (const [key, count] of Object.entries(sources)) addCount(totals.sources, key, count);
  }
  return totals;
}

export function addCount(counts: Record<string, number>, key: string, count = 1): void {
  counts[key] = (counts[key] ?? 0) + count;
}

export const INDEX_SUFFIX = ".index.json";

export const indexFile = (folder: string, prefix: string): string =>
  join(folder, `${prefix}${INDEX_SUFFIX}`);

export async function writeIndex(folder: string, prefix: string, index: ShardIndex): Promise<void> {
  const path = indexFile(folder, prefix);
  await writeFile(`${path}.tmp`, `${JSON.stringify(index, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

/** @throws ShardError naming the file, if it is not there or not an index. */
export async function readIndex(folder: string, prefix: string): Promise<ShardIndex> {
  const path = indexFile(folder, prefix);
  try {
    return v.parse(ShardIndex, JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new ShardError(`${path}: ${(error as Error).message}`);
  }
}

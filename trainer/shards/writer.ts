// Writes prepared faces to WebDataset tar shards: plain ustar, which `tar`, the webdataset library and
// every machine's page cache read in one go. The same samples in the same order give the same bytes.
import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { addCount, indexFile, readIndex, type ShardIndex, writeIndex } from "./index-file";
import { isShardKey, ShardError, type ShardSample } from "./sample";
import { END_BYTES, entryBytes, TarFile } from "./tar-file";

export interface ShardOptions {
  folder: string;
  /** Of the files: `<prefix>-000000.tar`, `<prefix>.index.json`. One for every machine. */
  prefix: string;
  /** Of everything that shapes the shards. */
  plan: string;
  /** A shard ends before it would grow beyond either; a single larger unit gets its own. */
  maxBytes: number;
  maxRecords: number;
}

type FinishedShard = ShardIndex["shards"][number];

interface OpenShard {
  tar: TarFile;
  entry: Omit<FinishedShard, "sha256" | "units">;
}

export class ShardWriter {
  private shard: OpenShard | null = null;
  private readonly keys = new Set<string>();
  private units: number;

  private constructor(
    private readonly options: ShardOptions,
    private readonly index: ShardIndex,
  ) {
    this.units = index.shards.at(-1)?.units ?? 0;
  }

  /**
   * Goes on where an earlier run with the same plan was stopped; starts with an empty index where
   * there was none.
   *
   * @throws ShardError naming the index, if it is of another plan, or a finished shard that is gone.
   */
  static async open(options: ShardOptions): Promise<ShardWriter> {
    const { folder, prefix, plan } = options;
    await mkdir(folder, { recursive: true });
    const path = indexFile(folder, prefix);
    const there = await stat(path).catch(() => null);
    const index: ShardIndex = there
      ? await readIndex(folder, prefix)
      : { format: "unmask-shards-1", plan, complete: false, shards: [] };
    if (index.plan !== plan) {
      throw new ShardError(
        `${path}: these shards were made from other data or with other settings; choose another folder or remove them`,
      );
    }
    for (const { file, bytes } of index.shards) {
      const found = await stat(join(folder, file)).catch(() => null);
      if (found?.size === bytes) continue;
      throw new ShardError(
        `${join(folder, file)}: listed as finished, but ${found ? `${found.size} bytes instead of ${bytes}` : "not there"}; put it back, or remove all of "${prefix}"`,
      );
    }
    await writeIndex(folder, prefix, index);
    return new ShardWriter(options, index);
  }

  /** Units that need not be done again; they come first. */
  get unitsDone(): number {
    return this.units;
  }

  get isComplete(): boolean {
    return this.index.complete;
  }

  /**
   * Writes the samples of the next unit, all into one shard.
   *
   * @returns whether a shard was finished on the way: the units before this one are safe.
   * @throws RangeError for a key that is no key or was there before.
   * @throws ShardError naming the file, if it cannot be written; finished shards stay.
   */
  async writeUnit(samples: readonly ShardSample[]): Promise<boolean> {
    const entries = samples.map((sample) => ({ sample, files: this.filesOf(sample) }));
    const bytes = entries
      .flatMap(({ files }) => files)
      .reduce((sum, [, content]) => sum + entryBytes(content), 0);
    const finished = await this.makeRoom(entries.length, bytes);
    for (const { sample, files } of entries) {
      const shard = this.openShard();
      for (const [name, content] of files) {
        await shard.tar.add(name, content);
        shard.entry.bytes += entryBytes(content);
      }
      shard.entry.records++;
      this.keys.add(sample.key);
      addCount(shard.entry.labels, sample.meta.label);
      addCount(shard.entry.sources, sample.meta.source);
    }
    this.units++;
    return finished;
  }

  /** Finishes the last shard and marks the index complete. @throws ShardError naming the file. */
  async close(): Promise<ShardIndex> {
    await this.finishShard();
    this.index.complete = true;
    await writeIndex(this.options.folder, this.options.prefix, this.index);
    return this.index;
  }

  /** Finishes the last shard as it is: the units in it are done. @throws ShardError naming the file. */
  async pause(): Promise<void> {
    await this.finishShard();
  }

  /** Drops the unfinished shard, after an error; the finished ones stay listed. */
  async abandon(): Promise<void> {
    await this.shard?.tar.discard();
    this.shard = null;
  }

  private filesOf({ key, jpeg, meta, landmarks }: ShardSample): [string, Uint8Array][] {
    if (!isShardKey(key)) throw new RangeError(`"${key}" cannot be the key of a sample`);
    if (this.keys.has(key)) throw new RangeError(`the key "${key}" was written before`);
    const json = new TextEncoder().encode(JSON.stringify(sorted(meta)));
    return [
      [`${key}.jpg`, jpeg],
      [`${key}.json`, json],
      ...(landmarks ? [[`${key}.npy`, landmarks] satisfies [string, Uint8Array]] : []),
    ];
  }

  private async makeRoom(records: number, bytes: number): Promise<boolean> {
    const { maxBytes, maxRecords } = this.options;
    if (!this.shard || records === 0) return false;
    const { entry } = this.shard;
    if (entry.records + records <= maxRecords && entry.bytes + bytes <= maxBytes) return false;
    await this.finishShard();
    return true;
  }

  private openShard(): OpenShard {
    if (this.shard) return this.shard;
    const { folder, prefix } = this.options;
    const file = `${prefix}-${String(this.index.shards.length).padStart(6, "0")}.tar`;
    this.shard = {
      tar: new TarFile(join(folder, file)),
      entry: { file, records: 0, bytes: END_BYTES, labels: {}, sources: {} },
    };
    return this.shard;
  }

  private async finishShard(): Promise<void> {
    if (!this.shard) return;
    const { tar, entry } = this.shard;
    this.shard = null;
    this.index.shards.push({ ...entry, sha256: await tar.close(), units: this.units });
    await writeIndex(this.options.folder, this.options.prefix, this.index);
  }
}

/** Keys in order, so that the bytes do not depend on how the object was made. */
function sorted(meta: object): object {
  return Object.fromEntries(Object.entries(meta).sort(([a], [b]) => (a < b ? -1 : 1)));
}

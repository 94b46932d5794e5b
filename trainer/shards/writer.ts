// Writes prepared faces to WebDataset tar shards: plain ustar, which `tar`, the webdataset library and
// every machine's page cache read in one go. The same samples in the same order give the same bytes.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { emptyIndex, type ShardIndex, writeIndex } from "./index-file";
import { isShardKey, type ShardSample } from "./sample";
import { END_BYTES, entryBytes, TarFile } from "./tar-file";

export interface ShardOptions {
  folder: string;
  /** Of the files: `<prefix>-000000.tar`, `<prefix>.index.json`. One for every machine. */
  prefix: string;
  /** A shard ends before it would grow beyond either; a single larger sample gets its own. */
  maxBytes: number;
  maxRecords: number;
}

interface OpenShard {
  file: string;
  tar: TarFile;
  records: number;
  bytes: number;
}

export class ShardWriter {
  private readonly index: ShardIndex = emptyIndex();
  private shard: OpenShard | null = null;
  private readonly keys = new Set<string>();

  private constructor(private readonly options: ShardOptions) {}

  /** Starts over: an index of an earlier run is replaced by an empty one at once. */
  static async open(options: ShardOptions): Promise<ShardWriter> {
    const writer = new ShardWriter(options);
    await mkdir(options.folder, { recursive: true });
    await writeIndex(options.folder, options.prefix, writer.index);
    return writer;
  }

  /**
   * @throws RangeError for a key that is no key or was there before.
   * @throws ShardError naming the file, if it cannot be written; finished shards stay.
   */
  async write({ key, jpeg, meta, landmarks }: ShardSample): Promise<void> {
    if (!isShardKey(key)) throw new RangeError(`"${key}" cannot be the key of a sample`);
    if (this.keys.has(key)) throw new RangeError(`the key "${key}" was written before`);
    const entries: [string, Uint8Array][] = [
      [`${key}.jpg`, jpeg],
      [`${key}.json`, new TextEncoder().encode(JSON.stringify(sorted(meta)))],
    ];
    if (landmarks) entries.push([`${key}.npy`, landmarks]);
    const bytes = entries.reduce((sum, [, content]) => sum + entryBytes(content), 0);

    const shard = await this.shardWithRoom(bytes);
    for (const [name, content] of entries) await shard.tar.add(name, content);
    shard.bytes += bytes;
    shard.records++;
    this.keys.add(key);
    this.index.records++;
    count(this.index.labels, meta.label);
    count(this.index.sources, meta.source);
  }

  /** Finishes the last shard and marks the index complete. @throws ShardError naming the file. */
  async close(): Promise<ShardIndex> {
    await this.finishShard();
    this.index.complete = true;
    await writeIndex(this.options.folder, this.options.prefix, this.index);
    return this.index;
  }

  /** Drops the unfinished shard, after an error; the finished ones stay listed. */
  async abandon(): Promise<void> {
    await this.shard?.tar.discard();
    this.shard = null;
  }

  private async shardWithRoom(bytes: number): Promise<OpenShard> {
    const { folder, prefix, maxBytes, maxRecords } = this.options;
    const full =
      this.shard && (this.shard.records >= maxRecords || this.shard.bytes + bytes > maxBytes);
    if (full) await this.finishShard();
    if (this.shard) return this.shard;
    const file = `${prefix}-${String(this.index.shards.length).padStart(6, "0")}.tar`;
    this.shard = { file, tar: new TarFile(join(folder, file)), records: 0, bytes: END_BYTES };
    return this.shard;
  }

  private async finishShard(): Promise<void> {
    if (!this.shard) return;
    const { file, tar, records, bytes } = this.shard;
    this.shard = null;
    this.index.shards.push({ file, records, bytes, sha256: await tar.close() });
    await writeIndex(this.options.folder, this.options.prefix, this.index);
  }
}

/** Keys in order, so that the bytes do not depend on how the object was made. */
function sorted(meta: object): object {
  return Object.fromEntries(Object.entries(meta).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function count(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

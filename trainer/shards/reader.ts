// Streams samples out of WebDataset tar shards, one shard at a time and one sample in memory.
import * as v from "valibot";
import { FaceMeta, ShardError, type ShardSample } from "./sample";
import { shardEntries } from "./shard-entries";
import { HEADER_BYTES } from "./tar-file";

export interface Truncation {
  file: string;
  /** Where the first thing that is not whole begins, bytes from the start. */
  offset: number;
  /** Sample that was, or may have been, cut apart, and is left out. */
  key?: string;
}

/** A sample with its place. */
export interface ReadSample extends ShardSample {
  /** Where its picture begins, bytes from the start of the shard. */
  jpegOffset: number;
}

/**
 * Samples of the shards in their order.
 *
 * @param onTruncation told if the last shard ends early, as it does when a copy was interrupted; its
 *   whole samples are yielded all the same. Earlier shards must be whole.
 * @throws ShardError naming file and offset, for anything else that is wrong.
 */
export async function* readShards(
  files: readonly string[],
  onTruncation: (truncation: Truncation) => void,
): AsyncGenerator<ReadSample> {
  for (const [i, file] of files.entries()) {
    yield* readShard(file, i === files.length - 1 ? onTruncation : undefined);
  }
}

/** Entries of one sample so far. */
interface Parts {
  key: string;
  offset: number;
  contents: Map<string, { content: Buffer; offset: number }>;
}

async function* readShard(
  file: string,
  onTruncation?: (truncation: Truncation) => void,
): AsyncGenerator<ReadSample> {
  let parts: Parts | null = null;
  for await (const entry of shardEntries(file)) {
    const [, key, extension] = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(entry.name ?? "") ?? [];
    if (parts && key && parts.key !== key) {
      yield sampleOf(parts, file);
      parts = null;
    }
    if ("cut" in entry) {
      if (!onTruncation) {
        throw new ShardError(`${file}, byte ${entry.offset}: the archive ends early`);
      }
      // More parts of the last sample may have followed, unless those of another had begun.
      onTruncation({ file, offset: parts?.offset ?? entry.offset, key: parts?.key ?? key });
      return;
    }
    if (!key || !extension) {
      throw new ShardError(`${file}, byte ${entry.offset}: "${entry.name}" is no part of a sample`);
    }
    parts ??= { key, offset: entry.offset, contents: new Map() };
    if (parts.contents.has(extension)) {
      throw new ShardError(`${file}, byte ${entry.offset}: "${entry.name}" is there twice`);
    }
    parts.contents.set(extension, entry);
  }
  if (parts) yield sampleOf(parts, file);
}

function sampleOf({ key, offset, contents }: Parts, file: string): ReadSample {
  const where = `${file}, byte ${offset}: sample "${key}"`;
  const jpeg = contents.get("jpg");
  const json = contents.get("json");
  const landmarks = contents.get("npy")?.content;
  if (!jpeg || !json) throw new ShardError(`${where} has no .${jpeg ? "json" : "jpg"}`);
  return {
    key,
    jpeg: jpeg.content,
    jpegOffset: jpeg.offset + HEADER_BYTES,
    meta: metaOf(json.content, where),
    ...(landmarks ? { landmarks } : {}),
  };
}

function metaOf(json: Buffer, where: string): FaceMeta {
  let value: unknown;
  try {
    value = JSON.parse(json.toString("utf8"));
  } catch {
    throw new ShardError(`${where}: its .json is not valid`);
  }
  const result = v.safeParse(FaceMeta, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new ShardError(`${where}: ${v.getDotPath(issue) ?? ".json"}: ${issue.message}`);
}

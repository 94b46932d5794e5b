// Streams samples out of WebDataset tar shards, one shard at a time and one sample in memory.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { extract } from "tar-stream";
import * as v from "valibot";
import { FaceMeta, ShardError, type ShardSample } from "./sample";
import { END_BYTES, entryBytes } from "./tar-file";

/** No face crop and no landmarks come near this; a header that says more is damaged or hostile. */
const MAX_ENTRY_BYTES = 64 * 1024 * 1024;

export interface Truncation {
  file: string;
  /** Where the first thing that is not whole begins, bytes from the start. */
  offset: number;
  /** Sample that was cut apart, and is left out. */
  key?: string;
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
): AsyncGenerator<ShardSample> {
  for (const [i, file] of files.entries()) {
    yield* readShard(file, i === files.length - 1 ? onTruncation : undefined);
  }
}

interface Entry {
  name: string;
  offset: number;
  content: Buffer;
}

/** Entries of one sample so far. */
interface Parts {
  key: string;
  offset: number;
  contents: Map<string, Buffer>;
}

async function* readShard(
  file: string,
  onTruncation?: (truncation: Truncation) => void,
): AsyncGenerator<ShardSample> {
  let parts: Parts | null = null;
  let cutAt: number | null = null;
  const truncated = (offset: number): void => {
    if (!onTruncation) throw new ShardError(`${file}, byte ${offset}: the archive ends early`);
    cutAt = offset;
  };
  for await (const entry of entriesOf(file, truncated)) {
    const [, key, extension] = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(entry.name) ?? [];
    if (!key || !extension) {
      throw new ShardError(`${file}, byte ${entry.offset}: "${entry.name}" is no part of a sample`);
    }
    if (parts && parts.key !== key) {
      yield sampleOf(parts, file);
      parts = null;
    }
    parts ??= { key, offset: entry.offset, contents: new Map() };
    if (parts.contents.has(extension)) {
      throw new ShardError(`${file}, byte ${entry.offset}: "${entry.name}" is there twice`);
    }
    parts.contents.set(extension, entry.content);
  }
  if (cutAt !== null) {
    // Nothing tells whether more parts of the last sample would have followed.
    onTruncation?.({ file, offset: parts?.offset ?? cutAt, ...(parts ? { key: parts.key } : {}) });
  } else if (parts) {
    yield sampleOf(parts, file);
  }
}

async function* entriesOf(
  file: string,
  truncated: (offset: number) => void,
): AsyncGenerator<Entry> {
  const archive = extract();
  const source = createReadStream(file);
  pipeline(source, archive as unknown as NodeJS.WritableStream, () => {});
  let offset = 0;
  try {
    for await (const entry of archive) {
      offset = entry.offset;
      const { name, size, type } = entry.header;
      if (size > MAX_ENTRY_BYTES) {
        throw new ShardError(`${file}, byte ${offset}: "${name}" claims ${size} bytes`);
      }
      const content = await contentOf(entry as AsyncIterable<Uint8Array>);
      if (type === "file") yield { name, offset, content };
      offset += entryBytes(content);
    }
  } catch (error) {
    if (error instanceof ShardError) throw error;
    const { message } = error as Error;
    if (message !== "Unexpected end of data") {
      throw new ShardError(`${file}, byte ${offset}: ${message}`);
    }
    truncated(offset);
    return;
  } finally {
    source.destroy();
  }
  if (!(await endsAsArchive(file))) truncated(offset);
}

/** An archive cut between two entries can only be told by the empty blocks that it lacks. */
async function endsAsArchive(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    const end = Buffer.alloc(END_BYTES);
    const { bytesRead } = await handle.read(end, 0, END_BYTES, Math.max(0, size - END_BYTES));
    return bytesRead === END_BYTES && end.every((byte) => byte === 0);
  } finally {
    await handle.close();
  }
}

async function contentOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

function sampleOf({ key, offset, contents }: Parts, file: string): ShardSample {
  const where = `${file}, byte ${offset}: sample "${key}"`;
  const jpeg = contents.get("jpg");
  const json = contents.get("json");
  const landmarks = contents.get("npy");
  if (!jpeg || !json) throw new ShardError(`${where} has no .${jpeg ? "json" : "jpg"}`);
  return { key, jpeg, meta: metaOf(json, where), ...(landmarks ? { landmarks } : {}) };
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

// The files of one shard with their places in it, and whether the archive is whole. Shards are tar
// files of our own making, so that what differs from one is damage, not a dialect.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream";
import { extract } from "tar-stream";
import { ShardError } from "./sample";
import { END_BYTES, entryBytes } from "./tar-file";

/** No face crop and no landmarks come near this; a header that says more is damaged or hostile. */
const MAX_ENTRY_BYTES = 64 * 1024 * 1024;

export interface ShardEntry {
  name: string;
  /** Of its header, bytes from the start of the archive. */
  offset: number;
  content: Buffer;
}

/** Stands last, where an archive ends early. */
export interface Cut {
  cut: true;
  /** Where the first thing begins that is not whole. */
  offset: number;
  /** Of the entry that is not whole, if as much of it is there. */
  name?: string;
}

/** @throws ShardError naming file and offset, if the archive is damaged in another way. */
export async function* shardEntries(file: string): AsyncGenerator<ShardEntry | Cut> {
  const archive = extract();
  const source = createReadStream(file);
  pipeline(source, archive as unknown as NodeJS.WritableStream, () => {});
  let offset = 0;
  let begun: string | undefined;
  try {
    for await (const entry of archive) {
      offset = entry.offset;
      const { name, size, type } = entry.header;
      begun = name;
      if (size > MAX_ENTRY_BYTES) {
        throw new ShardError(`${file}, byte ${offset}: "${name}" claims ${size} bytes`);
      }
      const content = await contentOf(entry as AsyncIterable<Uint8Array>);
      if (type === "file") yield { name, offset, content };
      offset += entryBytes(content);
      begun = undefined;
    }
  } catch (error) {
    if (error instanceof ShardError) throw error;
    const { message } = error as Error;
    if (message !== "Unexpected end of data") {
      throw new ShardError(`${file}, byte ${offset}: ${message}`);
    }
    yield { cut: true, offset, name: begun };
    return;
  } finally {
    source.destroy();
  }
  if (!(await endsAsArchive(file))) yield { cut: true, offset };
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

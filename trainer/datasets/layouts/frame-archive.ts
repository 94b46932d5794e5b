// Streams the files of a tar archive, gzipped or not, and of archives within it, without unpacking
// anything to disk.
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough, pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { extract } from "tar-stream";
import { DatasetError } from "./report";

const ARCHIVE = /\.(tar|tar\.gz|tgz)$/i;

export const isArchive = (file: string): boolean => ARCHIVE.test(file);
export const archiveStem = (file: string): string => file.replace(ARCHIVE, "");

export interface ArchivedFile {
  /** Path in the archive, `./` taken off; in a nested archive, below that archive's path. */
  path: string;
  /** The whole content. Only before the next file is asked for. */
  bytes(): Promise<Uint8Array>;
}

/**
 * @param file path of the archive from the root.
 * @throws DatasetError naming the archive, if it is damaged or ends early; what came before it was
 *   yielded.
 */
export async function* filesInArchive(root: string, file: string): AsyncGenerator<ArchivedFile> {
  const path = join(root, file);
  const gzipped = await startsAsGzip(path);
  yield* unpack(createReadStream(path), gzipped, "", path);
}

/**
 * Names lie: some copies of WildDeepfake call plain tar archives `.tar.gz`.
 *
 * @throws DatasetError if the file cannot be opened or is empty.
 */
async function startsAsGzip(path: string): Promise<boolean> {
  const handle = await open(path).catch((error: Error) => {
    throw new DatasetError(`${path}: ${error.message}`);
  });
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    if (bytesRead === 0) throw new DatasetError(`${path}: the file is empty`);
    return buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await handle.close();
  }
}

async function* unpack(
  source: Readable,
  gzipped: boolean,
  prefix: string,
  archive: string,
): AsyncGenerator<ArchivedFile> {
  const tar = extract();
  // A failure of any of the three destroys the others, and so reaches the loop below.
  const step = gzipped ? createGunzip() : new PassThrough();
  pipeline(source, step, tar as unknown as NodeJS.WritableStream, () => {});
  try {
    for await (const entry of tar) {
      const path = prefix + entry.header.name.replace(/^(\.?\/)+/, "");
      if (entry.header.type === "file" && isArchive(path)) {
        const inner = Readable.from(entry as AsyncIterable<Uint8Array>);
        yield* unpack(inner, !/\.tar$/i.test(path), `${path}/`, `${archive}: ${path}`);
      } else if (entry.header.type === "file") {
        yield { path, bytes: () => contentOf(entry as AsyncIterable<Uint8Array>) };
      }
      entry.resume();
    }
  } catch (error) {
    if (error instanceof DatasetError) throw error;
    throw new DatasetError(`${archive}: damaged archive: ${(error as Error).message}`);
  } finally {
    source.destroy();
  }
}

async function contentOf(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return Buffer.concat(parts);
}

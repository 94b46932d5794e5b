// Decodes the pictures of a split once, into memory that worker threads share.
import { type FileHandle, open, readFile } from "node:fs/promises";
import { join } from "node:path";
import sharp from "sharp";
import type { FaceRow } from "./manifest";
import type { StoredPicture } from "./shard-rows";

/** A decoded picture: RGB bytes at `offset` of the shared pool. */
export interface PooledPicture {
  row: FaceRow;
  offset: number;
  width: number;
  height: number;
  /** What networks made of it, in the same pool and as large, where its row has such. */
  redrawn?: PooledPicture[];
}

export interface PicturePool {
  bytes: SharedArrayBuffer;
  pictures: PooledPicture[];
  /** Files that could not be read, with the reason; they are left out. */
  broken: { file: string; reason: string }[];
}

/** Decodes at most this many files at a time, to bound memory. */
const CONCURRENCY = 16;

/**
 * The pictures of the rows, each with what networks made of it.
 *
 * @param folder of `readManifest`, which gave the rows.
 * @throws Error if no picture at all can be read.
 */
export async function loadPictures(
  folder: string,
  rows: readonly FaceRow[],
  onProgress: (done: number) => void = () => {},
): Promise<PicturePool> {
  const files = new PictureFiles(folder);
  try {
    const drawings = rows.flatMap(({ redrawn = [] }) => redrawn);
    const pool = await load(files, [...rows, ...drawings], folder, onProgress);
    return drawings.length > 0 ? withDrawings(pool) : pool;
  } finally {
    await files.close();
  }
}

async function load(
  files: PictureFiles,
  rows: readonly FaceRow[],
  folder: string,
  onProgress: (done: number) => void,
): Promise<PicturePool> {
  const broken: PicturePool["broken"] = [];
  const leaveOut = (row: FaceRow, error: unknown) => {
    broken.push({ file: row.file, reason: (error as Error).message });
    return null;
  };
  // Sizes first: decoding straight into the pool needs half the memory.
  const sizes = await inParallel(rows, async (row) => {
    try {
      const { width, height } = await sharp(await files.read(row)).metadata();
      return { row, width, height };
    } catch (error) {
      return leaveOut(row, error);
    }
  });
  const sized = sizes.filter((one) => one !== null);
  let total = 0;
  const places = sized.map(({ row, width, height }): PooledPicture => {
    const offset = total;
    total += width * height * 3;
    return { row, offset, width, height };
  });
  const bytes = new SharedArrayBuffer(total);
  let done = rows.length - places.length;
  const decoded = await inParallel(places, async (picture) => {
    try {
      pixelsOf({ bytes }, picture).data.set(await decode(await files.read(picture.row), picture));
      return picture;
    } catch (error) {
      return leaveOut(picture.row, error);
    } finally {
      onProgress(++done);
    }
  });
  const pictures = decoded.filter((picture) => picture !== null);
  if (pictures.length === 0)
    throw new Error(`none of the ${rows.length} pictures in ${folder} could be read`);
  return { bytes, pictures, broken };
}

/** Drawings put to their originals. One of another size is none: its face would lie elsewhere. */
function withDrawings({ pictures, ...pool }: PicturePool): PicturePool {
  const drawn = new Map<string, PooledPicture[]>();
  for (const drawing of pictures) {
    const { redrawnOf } = drawing.row;
    if (redrawnOf) drawn.set(redrawnOf, [...(drawn.get(redrawnOf) ?? []), drawing]);
  }
  const originals = pictures.filter(({ row }) => row.redrawnOf === undefined);
  const withTheirs = originals.map((picture) => {
    const redrawn = (drawn.get(picture.row.file) ?? []).filter(
      ({ width, height }) => width === picture.width && height === picture.height,
    );
    return redrawn.length > 0 ? { ...picture, redrawn } : picture;
  });
  return { ...pool, pictures: withTheirs };
}

async function decode(file: Uint8Array, { width, height }: PooledPicture): Promise<Uint8Array> {
  const { data, info } = await sharp(file)
    .removeAlpha()
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  if (info.channels !== 3 || info.width !== width || info.height !== height)
    throw new Error(`${info.width}×${info.height} with ${info.channels} channels`);
  return data;
}

/** Results in the order of the items. */
async function inParallel<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  let next = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < items.length) {
        const i = next++;
        results[i] = await work(items[i] as T);
      }
    }),
  );
  return results;
}

/** The files of rows, loose or in shards; a shard is opened once. */
export class PictureFiles {
  private readonly shards = new Map<string, Promise<FileHandle>>();

  constructor(private readonly folder: string) {}

  async read({ file, stored }: FaceRow): Promise<Uint8Array> {
    return stored ? this.readStored(stored) : readFile(join(this.folder, file));
  }

  async close(): Promise<void> {
    for (const handle of this.shards.values()) {
      await handle.then(
        (opened) => opened.close(),
        () => {},
      );
    }
  }

  private async readStored({ shard, offset, bytes }: StoredPicture): Promise<Uint8Array> {
    const opening = this.shards.get(shard) ?? open(join(this.folder, shard));
    this.shards.set(shard, opening);
    const { buffer, bytesRead } = await (await opening).read(Buffer.alloc(bytes), 0, bytes, offset);
    if (bytesRead < bytes) throw new Error(`${shard} ends before its picture does`);
    return buffer;
  }
}

/** A picture's pixels, without copying. */
export function pixelsOf(pool: Pick<PicturePool, "bytes">, picture: PooledPicture) {
  const { offset, width, height } = picture;
  return {
    data: new Uint8Array(pool.bytes, offset, width * height * 3),
    width,
    height,
    channels: 3 as const,
  };
}

// Decodes the pictures of a split once, into memory that worker threads share.
import { join } from "node:path";
import sharp from "sharp";
import type { FaceRow } from "./manifest";

/** A decoded picture: RGB bytes at `offset` of the shared pool. */
export interface PooledPicture {
  row: FaceRow;
  offset: number;
  width: number;
  height: number;
}

export interface PicturePool {
  bytes: SharedArrayBuffer;
  pictures: PooledPicture[];
  /** Files that could not be read, with the reason; they are left out. */
  broken: { file: string; reason: string }[];
}

/** Decodes at most this many files at a time, to bound memory. */
const CONCURRENCY = 16;

/** @throws Error if no picture at all can be read. */
export async function loadPictures(
  folder: string,
  rows: readonly FaceRow[],
  onProgress: (done: number) => void = () => {},
): Promise<PicturePool> {
  const decoded: ({ row: FaceRow; data: Buffer; width: number; height: number } | null)[] =
    new Array(rows.length).fill(null);
  const broken: PicturePool["broken"] = [];
  let next = 0;
  let done = 0;
  await Promise.all(
    Array.from({ length: CONCURRENCY }, async () => {
      while (next < rows.length) {
        const i = next++;
        const row = rows[i] as FaceRow;
        try {
          const { data, info } = await sharp(join(folder, row.file))
            .removeAlpha()
            .toColourspace("srgb")
            .raw()
            .toBuffer({ resolveWithObject: true });
          if (info.channels !== 3) throw new Error(`${info.channels} channels`);
          decoded[i] = { row, data, width: info.width, height: info.height };
        } catch (error) {
          broken.push({ file: row.file, reason: (error as Error).message });
        }
        onProgress(++done);
      }
    }),
  );
  const kept = decoded.filter((picture) => picture !== null);
  if (kept.length === 0)
    throw new Error(`none of the ${rows.length} pictures in ${folder} could be read`);
  const bytes = new SharedArrayBuffer(kept.reduce((sum, { data }) => sum + data.length, 0));
  const all = new Uint8Array(bytes);
  let offset = 0;
  const pictures = kept.map(({ row, data, width, height }) => {
    all.set(data, offset);
    const picture = { row, offset, width, height };
    offset += data.length;
    return picture;
  });
  return { bytes, pictures, broken };
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

// The rows of a folder of shards, as `prepare` writes them on one machine or on many.
import { join } from "node:path";
import { INDEX_SUFFIX, readIndex } from "../shards/index-file";
import { partOf } from "../shards/prefix";
import { readShards } from "../shards/reader";
import { landmarksOf } from "./landmarks";
import { listingOf } from "./layouts/listing";
import { DatasetError } from "./layouts/report";
import type { FaceRow } from "./manifest";

/** Where a picture's file lies in a tar archive. */
export interface StoredPicture {
  /** Path of the archive from the data folder. */
  shard: string;
  /** Bytes from the archive's start. */
  offset: number;
  bytes: number;
}

/**
 * @returns null if the folder holds no shards.
 * @throws DatasetError if a machine's part is missing or not finished.
 * @throws ShardError naming shard and offset, if one is damaged.
 */
export async function shardRows(folder: string): Promise<FaceRow[] | null> {
  const { files } = await listingOf(folder, "");
  const prefixes = files.flatMap((file) =>
    file.endsWith(INDEX_SUFFIX) ? [file.slice(0, -INDEX_SUFFIX.length)] : [],
  );
  if (prefixes.length === 0) return null;
  requireAllParts(folder, prefixes);
  const rows: FaceRow[] = [];
  for (const prefix of prefixes) {
    const { complete, shards } = await readIndex(folder, prefix);
    if (!complete) {
      throw new DatasetError(
        `${join(folder, prefix)}${INDEX_SUFFIX}: not finished; run the same prepare command again`,
      );
    }
    for (const { file } of shards) rows.push(...(await rowsOf(folder, file)));
  }
  return rows;
}

async function rowsOf(folder: string, shard: string): Promise<FaceRow[]> {
  const rows: FaceRow[] = [];
  const path = join(folder, shard);
  const refuse = () => {
    throw new DatasetError(`${path}: the archive ends early; prepare it again`);
  };
  for await (const { key, meta, jpeg, jpegOffset, landmarks } of readShards([path], refuse)) {
    const { label, split, source, generator, group, video, frame, box, redrawnOf } = meta;
    rows.push({
      file: `${shard}/${key}`,
      label,
      split,
      source,
      generator,
      group,
      ...(video === undefined ? {} : { video }),
      ...(frame === undefined ? {} : { frame }),
      ...(redrawnOf === undefined ? {} : { redrawnOf }),
      box,
      ...(landmarks ? { landmarks: landmarksOf(landmarks, `${path}: ${key}.npy`) } : {}),
      stored: { shard, offset: jpegOffset, bytes: jpeg.length },
    });
  }
  return rows;
}

/** Training on a part of the data that passes for the whole would be found out late, if ever. */
function requireAllParts(folder: string, prefixes: readonly string[]): void {
  const parts = prefixes.map(partOf).filter((part) => part !== null);
  const counts = [...new Set(parts.map(({ count }) => count))];
  if (counts.length > 1) {
    throw new DatasetError(
      `${folder}: parts of ${counts.join(" and of ")} machines; keep each preparation in a folder of its own`,
    );
  }
  const there = new Set(parts.map(({ index }) => index));
  const missing = Array.from({ length: counts[0] ?? 0 }, (_, i) => i).filter((i) => !there.has(i));
  if (missing.length > 0) {
    throw new DatasetError(
      `${folder}: ${missing.length} of ${counts[0]} parts are missing: --shard ${missing.slice(0, 8).join(", ")}`,
    );
  }
}

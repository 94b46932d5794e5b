// The rows of a data folder: one face crop each, with the detector's box. The folder holds loose
// pictures listed in `manifest.jsonl`, or the shards that `prepare` writes.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { landmarksOf } from "./landmarks";
import { hasManifest, lineName, manifestRows } from "./layouts/manifest";
import { type StoredPicture, shardRows } from "./shard-rows";

/** One picture. */
export interface FaceRow {
  /** Path from the folder; of a picture in a shard, the shard's path and the sample's key. */
  file: string;
  label: "real" | "fake" | "unlabelled";
  split: string;
  source: string;
  generator: string;
  /** What must not be torn apart: a person, a video, a pair. */
  group: string;
  /** Present for frames of a video. */
  video?: string;
  frame?: number;
  /** `[x, y, width, height]` of the detector, pixels of the picture. */
  box: [number, number, number, number];
  /**
   * `[468, 2]`: x and y in pixels of the picture (`model/faces/face-mesh`). In memory that threads
   * share, so that handing rows to one copies none.
   */
  landmarks?: Float32Array<SharedArrayBuffer>;
  /** Where in a shard the picture lies. */
  stored?: StoredPicture;
  /** The `file` of the row that a network redrew, where this is such a drawing. */
  redrawnOf?: string;
  /** What networks made of this picture (`redrawn.ts`). */
  redrawn?: FaceRow[];
}

/**
 * @param folder the data folder: `manifest.jsonl` with its pictures, or shards.
 * @throws Error naming the folder, the line, or the shard that is wrong.
 */
export async function readManifest(folder: string): Promise<FaceRow[]> {
  const isLoose = await hasManifest(folder);
  const rows = isLoose ? await looseRows(folder) : await shardRows(folder);
  if (!rows) throw new Error(`no manifest.jsonl and no shards in the data folder ${folder}`);
  if (rows.length === 0) throw new Error(`${folder}: there is no picture in it`);
  return rows;
}

async function looseRows(folder: string): Promise<FaceRow[]> {
  const rows: FaceRow[] = [];
  for await (const { number, row } of manifestRows(folder)) {
    const { split, box, landmarks, ...fields } = row;
    const where = lineName(folder, number);
    if (!split) throw new Error(`${where}: split: stages need one; prepare draws it`);
    if (!box) throw new Error(`${where}: box: stages need one; prepare finds the face`);
    rows.push({
      ...fields,
      split,
      box,
      ...(landmarks === undefined
        ? {}
        : { landmarks: landmarksOf(await readFile(join(folder, landmarks)), landmarks) }),
    });
  }
  return rows;
}

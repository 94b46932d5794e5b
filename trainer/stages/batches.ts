// A stage's batches: made by worker threads from the pictures it may see, or by a run before it that
// saw the same.
import { basename } from "node:path";
import type { FaceRow } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import { withRedrawn } from "../datasets/redrawn";
import { rowsDigest } from "../digest";
import { type BatchSource, batchSource } from "../synthesis/kept-batches";
import { OrderedLoader } from "../synthesis/ordered-loader";
import type { MakerData } from "../synthesis/serve-batches";
import { sayBroken } from "./held-out";
import type { StageHooks } from "./training-loop";

/**
 * What batches are made of: the rows, with what networks made of them if the recipe asks for it.
 *
 * @throws Error if it does and there is nothing.
 */
export async function batchRows(
  data: string,
  rows: readonly FaceRow[],
  { redrawnShare = 0, upscaledShare = 0 }: { redrawnShare?: number; upscaledShare?: number },
): Promise<readonly FaceRow[]> {
  return redrawnShare > 0 && upscaledShare > 0 ? withRedrawn(data, rows) : rows;
}

export interface BatchPlan<R> {
  /** Module of the worker thread; it makes batches of `MakerData<R>`. */
  worker: URL;
  recipe: R;
  rows: readonly FaceRow[];
  /** Threads. */
  workers: number;
  /** What is said when the pictures have to be read. */
  reading: string;
}

/** @throws Error from `take` if none of the pictures can be read. */
export function stageBatches<B extends { index: number }, R>(
  { data, batches, onMessage = () => {} }: { data: string } & StageHooks,
  { worker, recipe, rows, workers, reading }: BatchPlan<R>,
): BatchSource<B> {
  const open = async () => {
    onMessage(reading);
    const pool = await loadPictures(data, rows);
    sayBroken(pool, onMessage);
    const made: MakerData<R> = { pool: pool.bytes, pictures: pool.pictures, recipe };
    return new OrderedLoader<B>(worker, made, workers);
  };
  // Millions of landmarks take their time: they are looked at only where batches are kept.
  const identity = batches && [basename(worker.pathname), recipe, rowsDigest(rows)];
  return batchSource<B>(open, batches, identity);
}

// Hands out training batches in order while worker threads make the next ones.
import type { PicturePool, PooledPicture } from "../datasets/pictures";
import type { Batch, BatchRecipe } from "./batch";
import { OrderedLoader } from "./ordered-loader";

/** What a worker is born with. */
export interface LoaderData {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: BatchRecipe;
}

export type BatchLoader = OrderedLoader<Batch>;

export function batchLoader(pool: PicturePool, recipe: BatchRecipe, workers: number): BatchLoader {
  const data: LoaderData = { pool: pool.bytes, pictures: pool.pictures, recipe };
  return new OrderedLoader<Batch>(new URL("./worker.ts", import.meta.url), data, workers);
}

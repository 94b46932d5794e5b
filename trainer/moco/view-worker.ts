// Worker thread of pretraining: makes the batches of views it is asked for.
import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import type { PooledPicture } from "../datasets/pictures";
import { ViewMaker, type ViewRecipe } from "./views";

export interface ViewWorkerData {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: ViewRecipe;
}

// One thread a worker: more would fight TensorFlow for the cores.
sharp.concurrency(1);
sharp.cache(false);

const { pool, pictures, recipe } = workerData as ViewWorkerData;
const maker = new ViewMaker(pool, pictures, recipe);

parentPort?.on("message", async (index: number) => {
  const batch = await maker.make(index);
  parentPort?.postMessage(batch, [
    batch.queries.buffer,
    batch.keys.buffer,
    batch.blended.buffer,
    batch.owners.buffer,
  ]);
});

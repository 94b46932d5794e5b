// Worker thread of distillation: makes the batches it is asked for.
import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import type { PooledPicture } from "../datasets/pictures";
import { LessonMaker, type LessonRecipe } from "./lessons";

export interface LessonWorkerData {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: LessonRecipe;
}

// One thread a worker: more would fight TensorFlow for the cores.
sharp.concurrency(1);
sharp.cache(false);

const { pool, pictures, recipe } = workerData as LessonWorkerData;
const maker = new LessonMaker(pool, pictures, recipe);

parentPort?.on("message", async (index: number) => {
  const batch = await maker.make(index);
  parentPort?.postMessage(batch, [batch.pixels.buffer, batch.labels.buffer, batch.known.buffer]);
});

// Worker thread: makes the batches it is asked for, so that synthesis does not hold training up.
import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import { BatchMaker } from "./batch";
import type { LoaderData } from "./loader";

// One thread a worker: more would fight TensorFlow for the cores.
sharp.concurrency(1);
sharp.cache(false);

const { pool, pictures, recipe } = workerData as LoaderData;
const maker = new BatchMaker(pool, pictures, recipe);

parentPort?.on("message", async (index: number) => {
  const batch = await maker.make(index);
  parentPort?.postMessage(batch, [
    batch.pixels.buffer,
    batch.labels.buffer,
    batch.masks.buffer,
    batch.maskKnown.buffer,
  ]);
});

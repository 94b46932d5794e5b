// What every batch-making worker thread does: makes the numbered batch it is asked for and hands it
// over without a copy.
import { parentPort } from "node:worker_threads";
import sharp from "sharp";
import type { PooledPicture } from "../datasets/pictures";

/** What such a thread is born with. */
export interface MakerData<R> {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: R;
}

/** Ends with the thread. @param maker of batches whose pixels and labels are typed arrays. */
export function serveBatches(maker: { make(index: number): Promise<object> }): void {
  // One thread a worker: more would fight TensorFlow for the cores.
  sharp.concurrency(1);
  sharp.cache(false);
  parentPort?.on("message", async (index: number) => {
    const batch = await maker.make(index);
    const buffers = Object.values(batch).flatMap((value) =>
      ArrayBuffer.isView(value) ? [value.buffer as ArrayBuffer] : [],
    );
    parentPort?.postMessage(batch, buffers);
  });
}

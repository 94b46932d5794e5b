// Hands out batches in order while worker threads make the next ones.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { PicturePool, PooledPicture } from "../datasets/pictures";
import type { Batch, BatchRecipe } from "./batch";

export interface LoaderData {
  pool: SharedArrayBuffer;
  pictures: PooledPicture[];
  recipe: BatchRecipe;
}

/** Worker threads do not inherit tsx's loader, so each brings it in itself. */
const tsxFolder = dirname(createRequire(import.meta.url).resolve("tsx/package.json"));
const tsx = join(tsxFolder, "dist", "esm", "api", "index.mjs");
const entry = new URL("./worker.ts", import.meta.url).href;
const WORKER_BOOTSTRAP = `
import(${JSON.stringify(pathToFileURL(tsx).href)}).then(({ tsImport }) =>
  tsImport(${JSON.stringify(entry)}, ${JSON.stringify(import.meta.url)}));
`;

export class BatchLoader {
  private readonly workers: Worker[];
  private readonly waiting = new Map<number, Promise<Batch>>();
  private readonly settle = new Map<
    number,
    { resolve: (batch: Batch) => void; reject: (error: Error) => void }
  >();

  /** @param ahead how many batches are made in advance. */
  constructor(
    pool: PicturePool,
    recipe: BatchRecipe,
    workers: number,
    private readonly ahead: number,
  ) {
    const data: LoaderData = { pool: pool.bytes, pictures: pool.pictures, recipe };
    this.workers = Array.from({ length: workers }, () => {
      const worker = new Worker(WORKER_BOOTSTRAP, { eval: true, workerData: data });
      worker.on("message", (batch: Batch) => {
        this.settle.get(batch.index)?.resolve(batch);
        this.settle.delete(batch.index);
      });
      worker.on("error", (error: Error) => {
        for (const { reject } of this.settle.values()) reject(error);
        this.settle.clear();
      });
      return worker;
    });
  }

  /** Batch `index`; the ones after it are started. */
  async take(index: number): Promise<Batch> {
    for (let i = index; i <= index + this.ahead; i++) this.request(i);
    const batch = await (this.waiting.get(index) as Promise<Batch>);
    this.waiting.delete(index);
    return batch;
  }

  async close(): Promise<void> {
    for (const promise of this.waiting.values()) promise.catch(() => {});
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private request(index: number): void {
    if (this.waiting.has(index)) return;
    const worker = this.workers[index % this.workers.length] as Worker;
    this.waiting.set(
      index,
      new Promise((resolve, reject) => {
        this.settle.set(index, { resolve, reject });
        worker.postMessage(index);
      }),
    );
  }
}

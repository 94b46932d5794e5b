// Hands out numbered batches in order while worker threads make the next ones.
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";

/** Worker threads do not inherit tsx's loader, so each brings it in itself. */
const tsxFolder = dirname(createRequire(import.meta.url).resolve("tsx/package.json"));
const tsx = pathToFileURL(join(tsxFolder, "dist", "esm", "api", "index.mjs")).href;
const bootstrap = (entry: URL) => `
import(${JSON.stringify(tsx)}).then(({ tsImport }) =>
  tsImport(${JSON.stringify(entry.href)}, ${JSON.stringify(import.meta.url)}));
`;

export interface LoaderOptions {
  /** How many batches are made in advance. */
  ahead?: number;
  /** How many there are; without end if left out. */
  count?: number;
  /** What a worker is sent for a batch; its number if left out. */
  messageOf?: (index: number) => unknown;
}

export class OrderedLoader<B extends { index: number }> {
  private readonly workers: Worker[];
  private readonly ahead: number;
  private readonly count: number;
  private readonly messageOf: (index: number) => unknown;
  private readonly waiting = new Map<number, Pending<B>>();
  /** What ended a worker; nothing comes from it any more. */
  private failure: Error | undefined;

  /** @param entry module of the worker: posts a batch for every message it is sent. */
  constructor(
    entry: URL,
    workerData: unknown,
    workers: number,
    { ahead = 3, count = Infinity, messageOf = (index) => index }: LoaderOptions = {},
  ) {
    this.ahead = ahead;
    this.count = count;
    this.messageOf = messageOf;
    this.workers = Array.from({ length: workers }, () => {
      const worker = new Worker(bootstrap(entry), { eval: true, workerData });
      worker.on("message", (batch: B) => this.waiting.get(batch.index)?.resolve(batch));
      worker.on("error", (error: Error) => {
        this.failure = error;
        for (const { reject } of this.waiting.values()) reject(error);
      });
      return worker;
    });
  }

  /**
   * Batch `index`; the ones after it are started.
   *
   * @throws Error that a worker threw while making it.
   */
  async take(index: number): Promise<B> {
    const last = Math.min(index + this.ahead, this.count - 1);
    for (let i = index; i <= last; i++) this.request(i);
    const batch = await (this.waiting.get(index) as Pending<B>).promise;
    this.waiting.delete(index);
    return batch;
  }

  async close(): Promise<void> {
    this.waiting.clear();
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private request(index: number): void {
    if (this.waiting.has(index)) return;
    if (this.failure) throw this.failure;
    const made = pending<B>();
    // A batch that nobody takes any more must not bring the process down.
    made.promise.catch(() => {});
    this.waiting.set(index, made);
    this.workers[index % this.workers.length]?.postMessage(this.messageOf(index));
  }
}

/** A promise with its two ends at hand (`Promise.withResolvers`, which Node 20 has not). */
interface Pending<T> {
  promise: Promise<T>;
  resolve: (value: T) => void;
  reject: (reason: Error) => void;
}

function pending<T>(): Pending<T> {
  const made: Partial<Pending<T>> = {};
  made.promise = new Promise<T>((resolve, reject) => Object.assign(made, { resolve, reject }));
  return made as Pending<T>;
}

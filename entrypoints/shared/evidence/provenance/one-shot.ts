/** Workers that answer one question about one hostile file, and are ended after it or when too slow. */

export type WorkerAnswer<T> = { out: T } | { error: string };

/** The worker gave no answer; the message is a phrase fit for people. */
export class OneShotError extends Error {
  override name = "OneShotError";
}

/**
 * Asks a fresh worker and ends it.
 *
 * @throws OneShotError where it fails, crashes or takes too long; whatever `signal` was aborted with.
 */
export function askOnce<T>(
  worker: Worker,
  question: unknown,
  deadlineMs: number,
  signal: AbortSignal,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const over = new AbortController();
    const settle = (finish: () => void) => {
      over.abort();
      clearTimeout(deadline);
      worker.terminate();
      finish();
    };
    const fail = (message: string) => settle(() => reject(new OneShotError(message)));
    const deadline = setTimeout(() => fail("it took too long"), deadlineMs);
    signal.addEventListener("abort", () => settle(() => reject(signal.reason)), {
      signal: over.signal,
    });
    worker.onmessage = ({ data }: MessageEvent<WorkerAnswer<T>>) =>
      "out" in data ? settle(() => resolve(data.out)) : fail(data.error);
    worker.onerror = (event) => {
      event.preventDefault();
      fail("its reader stopped working");
    };
    worker.onmessageerror = () => fail("its answer could not be read");
    if (signal.aborted) settle(() => reject(signal.reason));
    else worker.postMessage(question);
  });
}

/** Libraries compiled to WebAssembly throw strings, too. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

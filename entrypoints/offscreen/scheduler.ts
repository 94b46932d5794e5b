/**
 * Order of work: lower priority numbers first, first come first served among equals. A fixed number
 * run at once.
 */

export interface Job {
  /** Lower is sooner. */
  priority: number;
  /** Never rejects. Its signal is aborted when the job is cancelled; then nobody waits for it. */
  run(signal: AbortSignal): Promise<void>;
}

interface Entry {
  key: string;
  job: Job;
}

export class Scheduler {
  readonly #waiting = new Map<string, Entry>();
  readonly #running = new Set<{ key: string; controller: AbortController }>();
  readonly #limit: number;

  /** @param limit jobs that run at once. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0;
  }

  /** Replaces a job of the same key, waiting or running. */
  add(key: string, job: Job) {
    this.cancel(key);
    this.#waiting.set(key, { key, job });
    this.#pump();
  }

  prioritise(key: string, priority: number) {
    const entry = this.#waiting.get(key);
    if (entry) entry.job = { priority, run: entry.job.run };
  }

  cancel(key: string) {
    this.#waiting.delete(key);
    // Its place is free only once it has really ended: what cannot be interrupted (a call to the
    // worker) must not pile up when a page asks and cancels in turn.
    for (const running of this.#running) if (running.key === key) running.controller.abort();
  }

  #pump() {
    while (this.#running.size < this.#limit) {
      const next = this.#next();
      if (!next) return;
      this.#waiting.delete(next.key);
      void this.#run(next);
    }
  }

  #next(): Entry | null {
    let best: Entry | null = null;
    // A Map keeps the order of insertion.
    for (const entry of this.#waiting.values()) {
      if (!best || entry.job.priority < best.job.priority) best = entry;
    }
    return best;
  }

  async #run({ key, job }: Entry) {
    const running = { key, controller: new AbortController() };
    this.#running.add(running);
    try {
      await job.run(running.controller.signal);
    } finally {
      this.#running.delete(running);
      this.#pump();
    }
  }
}

/**
 * Order of work: lower priority numbers first, first come first served among equals. So many run at
 * once, and so many of one group, so that one page with stalling pictures leaves room for others.
 */

export interface Job {
  /** Lower is sooner. */
  priority: number;
  /** Who it is for. */
  group: string;
  /** Never rejects. Its signal is aborted when the job is cancelled; then nobody waits for it. */
  run(signal: AbortSignal): Promise<void>;
}

interface Running {
  key: string;
  group: string;
  controller: AbortController;
}

export class Scheduler {
  readonly #waiting = new Map<string, Job>();
  readonly #running = new Set<Running>();
  readonly #limit: number;
  readonly #groupLimit: number;

  /**
   * @param limit jobs that run at once.
   * @param groupLimit jobs of one group that run at once.
   */
  constructor(limit: number, groupLimit = limit) {
    this.#limit = limit;
    this.#groupLimit = groupLimit;
  }

  get isIdle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0;
  }

  /** Replaces a job of the same key, waiting or running. */
  add(key: string, job: Job) {
    this.cancel(key);
    this.#waiting.set(key, job);
    this.#pump();
  }

  prioritise(key: string, priority: number) {
    const job = this.#waiting.get(key);
    if (job) this.#waiting.set(key, { ...job, priority });
  }

  cancel(key: string) {
    this.#waiting.delete(key);
    // Its place is free only once it has really ended: what cannot be interrupted (a call to the
    // worker) must not pile up when a page asks and cancels in turn.
    for (const running of this.#running) if (running.key === key) running.controller.abort();
  }

  #pump() {
    while (this.#running.size < this.#limit) {
      const key = this.#next();
      const job = key === null ? undefined : this.#waiting.get(key);
      if (key === null || !job) return;
      this.#waiting.delete(key);
      void this.#run(key, job);
    }
  }

  #next(): string | null {
    const places = new Map<string, number>();
    for (const { group } of this.#running) places.set(group, (places.get(group) ?? 0) + 1);
    let best: { key: string; priority: number } | null = null;
    // A Map keeps the order of insertion.
    for (const [key, { priority, group }] of this.#waiting) {
      if ((places.get(group) ?? 0) >= this.#groupLimit) continue;
      if (!best || priority < best.priority) best = { key, priority };
    }
    return best?.key ?? null;
  }

  async #run(key: string, { group, run }: Job) {
    const running: Running = { key, group, controller: new AbortController() };
    this.#running.add(running);
    try {
      await run(running.controller.signal);
    } finally {
      this.#running.delete(running);
      this.#pump();
    }
  }
}

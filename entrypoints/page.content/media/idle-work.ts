/**
 * Runs work in small pieces when the page is idle, so that a page with fifty thousand elements
 * never misses a frame because of us.
 */

/** At most this much at a time, even if the browser offers more. */
const sliceMs = 6;
/** On a page that is never idle, a slice is run after this long all the same. */
const patienceMs = 400;

export class IdleWork {
  private handle: number | null = null;

  /** @param step does one small piece and says whether there is more */
  constructor(
    private readonly step: () => boolean,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => {
      if (this.handle !== null) cancelIdleCallback(this.handle);
    });
  }

  /** Makes sure that the work goes on. */
  wake(): void {
    if (this.handle !== null || this.signal.aborted) return;
    this.handle = requestIdleCallback((deadline) => this.run(deadline), { timeout: patienceMs });
  }

  private run(deadline: IdleDeadline): void {
    this.handle = null;
    const end = performance.now() + Math.min(sliceMs, Math.max(2, deadline.timeRemaining()));
    let more = true;
    while (more && performance.now() < end) more = this.step();
    if (more) this.wake();
  }
}

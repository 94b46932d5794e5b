/**
 * Calls a step in every frame while things move, a few times a second while they stand still, and
 * not at all while it is not needed.
 */

/** After so many frames without a change the loop slows down until something wakes it. */
const calmFrames = 30;
const calmPauseMs = 250;

export class FrameLoop {
  private frame: number | null = null;
  private pause: ReturnType<typeof setTimeout> | null = null;
  private unchanged = 0;

  /**
   * @param step says whether anything changed
   * @param isNeeded asked before every step
   */
  constructor(
    private readonly step: () => boolean,
    private readonly isNeeded: () => boolean,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => this.stop());
  }

  /** Something may move from now on. */
  wake(): void {
    this.unchanged = 0;
    if (this.pause) clearTimeout(this.pause);
    this.pause = null;
    if (this.frame !== null || this.signal.aborted || !this.isNeeded()) return;
    this.frame = requestAnimationFrame(() => this.run());
  }

  stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    if (this.pause) clearTimeout(this.pause);
    this.frame = null;
    this.pause = null;
  }

  private run(): void {
    this.frame = null;
    this.pause = null;
    if (!this.isNeeded()) return;
    this.unchanged = this.step() ? 0 : this.unchanged + 1;
    if (this.signal.aborted || !this.isNeeded()) return;
    if (this.unchanged < calmFrames) {
      this.frame = requestAnimationFrame(() => this.run());
    } else {
      // Not through a frame: asking for one would make the browser draw the page again.
      this.pause = setTimeout(() => this.run(), calmPauseMs);
    }
  }
}

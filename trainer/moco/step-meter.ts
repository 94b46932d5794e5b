// What a person watching a run wants to know: the loss without its jitter, and the speed.

/** Share of the newest loss in the running one. */
const NEWEST = 0.02;

export class StepMeter {
  /** Running loss; NaN before the first step. */
  loss = Number.NaN;
  private losses = 0;
  private steps = 0;
  /** Since the last `restart`. */
  pictures = 0;
  private since = performance.now();

  note(loss: number, pictures: number): void {
    this.loss = Number.isNaN(this.loss) ? loss : this.loss + NEWEST * (loss - this.loss);
    this.losses += loss;
    this.steps += 1;
    this.pictures += pictures;
  }

  /** Mean since the last `restart`. */
  get meanLoss(): number {
    return this.losses / this.steps;
  }

  /** Since the last `restart`. */
  get picturesPerSecond(): number {
    return (1000 * this.pictures) / (performance.now() - this.since);
  }

  /** After a checkpoint, whose time is not a step's. */
  restart(): void {
    this.losses = 0;
    this.steps = 0;
    this.pictures = 0;
    this.since = performance.now();
  }
}

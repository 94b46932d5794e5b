// What a person watching a run wants to know: the loss without its jitter, and the speed.

/** What one step reports: its loss, and whatever else is worth averaging. */
export type StepValues = { loss: number } & Record<string, number>;

/** Share of the newest loss in the running one. */
const NEWEST = 0.02;

export class StepMeter<V extends StepValues> {
  /** Running loss; NaN before the first step. */
  loss = Number.NaN;
  private readonly sums = new Map<string, number>();
  private steps = 0;
  private pictures = 0;
  private since = performance.now();

  note(values: V, pictures: number): void {
    const { loss } = values;
    this.loss = Number.isNaN(this.loss) ? loss : this.loss + NEWEST * (loss - this.loss);
    for (const [name, value] of Object.entries(values))
      this.sums.set(name, (this.sums.get(name) ?? 0) + value);
    this.steps += 1;
    this.pictures += pictures;
  }

  /** Means since the last `restart`. */
  get means(): V {
    return Object.fromEntries(
      [...this.sums].map(([name, sum]) => [name, sum / this.steps]),
    ) as unknown as V;
  }

  /** Since the last `restart`. */
  get picturesPerSecond(): number {
    return (1000 * this.pictures) / (performance.now() - this.since);
  }

  /** After a checkpoint, whose time is not a step's. */
  restart(): void {
    this.sums.clear();
    this.steps = 0;
    this.pictures = 0;
    this.since = performance.now();
  }
}

// The order in which a run sees its pictures: every one once an epoch, shuffled anew for each.
import { Random } from "../random";
import { shuffled } from "./groups";

export class EpochOrder {
  private epoch = -1;
  private order: number[] = [];

  constructor(
    private readonly length: number,
    private readonly seed: number,
  ) {
    if (length === 0) throw new Error("there are no pictures to train on");
  }

  /** Which picture is the run's `position`-th, the first being 0. */
  at(position: number): number {
    const epoch = Math.floor(position / this.length);
    if (epoch !== this.epoch) {
      const indices = Array.from({ length: this.length }, (_, i) => i);
      this.order = shuffled(indices, Random.at(this.seed ^ 0x0e90c4, epoch));
      this.epoch = epoch;
    }
    return this.order[position % this.length] as number;
  }
}

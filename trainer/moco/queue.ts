// The dictionary of MoCo (He et al. 2020, section 3.1): a first-in-first-out queue of K keys, so that
// the number of negatives does not depend on the batch.
import { type Tensor2D, tensor2d } from "@tensorflow/tfjs-core";
import { Random } from "../random";

export interface QueueState {
  /** `K * d` values, row by row. */
  keys: Float32Array;
  /** Which group of pictures each key came from, `[K]`; −1 for a key that came from none. */
  owners: Float32Array;
  /** Row that the next key takes. */
  pointer: number;
}

export class KeyQueue {
  readonly K: number;
  private readonly keys: Float32Array;
  private readonly owners: Float32Array;
  private pointer: number;

  constructor(
    state: QueueState,
    private readonly d: number,
  ) {
    this.K = state.owners.length;
    if (state.keys.length !== this.K * d)
      throw new RangeError(`a queue of ${this.K} keys holds ${state.keys.length} values`);
    this.keys = state.keys.slice();
    this.owners = state.owners.slice();
    this.pointer = state.pointer;
  }

  /** A queue of random unit vectors, as MoCo begins. */
  static start(K: number, d: number, seed: number): QueueState {
    const random = Random.at(seed, 0x51e5);
    const keys = new Float32Array(K * d);
    for (let row = 0; row < K; row++) {
      const key = Array.from({ length: d }, () => random.normal());
      const length = Math.hypot(...key);
      for (let i = 0; i < d; i++) keys[row * d + i] = (key[i] as number) / length;
    }
    return { keys, owners: new Float32Array(K).fill(-1), pointer: 0 };
  }

  /** The keys as a tensor `[K, d]`, which the caller disposes of. */
  tensor(): Tensor2D {
    return tensor2d(this.keys, [this.K, this.d]);
  }

  /**
   * 1 where a key came from the query's own group, `[n, K]`; the caller disposes of it. In a small
   * data set K keys are most of an epoch, so the queue nearly always holds an older key of the very
   * picture that is asked about: no negative at all.
   */
  ownedBy(owners: ArrayLike<number>): Tensor2D {
    const same = new Float32Array(owners.length * this.K);
    for (let i = 0; i < owners.length; i++)
      for (let j = 0; j < this.K; j++) if (this.owners[j] === owners[i]) same[i * this.K + j] = 1;
    return tensor2d(same, [owners.length, this.K]);
  }

  /** Puts `[n, d]` keys in the place of the n oldest. */
  enqueue(keys: Float32Array, owners: ArrayLike<number>): void {
    if (keys.length !== owners.length * this.d)
      throw new RangeError(`${owners.length} keys of ${this.d} hold ${keys.length} values`);
    for (let i = 0; i < owners.length; i++) {
      this.keys.set(keys.subarray(i * this.d, (i + 1) * this.d), this.pointer * this.d);
      this.owners[this.pointer] = owners[i] as number;
      this.pointer = (this.pointer + 1) % this.K;
    }
  }

  state(): QueueState {
    return { keys: this.keys.slice(), owners: this.owners.slice(), pointer: this.pointer };
  }
}

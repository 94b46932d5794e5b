// AdamW (Loshchilov & Hutter 2019) with an exponential moving average of the weights, over flat
// vectors; state can be read and restored for exact resumption.
import {
  add,
  div,
  keep,
  mul,
  sqrt,
  square,
  sub,
  type Tensor1D,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";

export interface AdamWSettings {
  beta1: number;
  beta2: number;
  epsilon: number;
  weightDecay: number;
  /** Decay of the moving average of the weights; it is warmed up over the first steps. */
  emaDecay: number;
}

export const ADAMW_DEFAULTS: AdamWSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0.02,
  emaDecay: 0.998,
};

/** Everything a step depends on, as plain arrays. */
export interface AdamWState {
  step: number;
  weights: Float32Array;
  m: Float32Array;
  v: Float32Array;
  ema: Float32Array;
}

export class AdamW {
  weights: Tensor1D;
  ema: Tensor1D;
  step: number;
  private m: Tensor1D;
  private v: Tensor1D;
  private readonly decayMask: Tensor1D;

  /** @param decays 1 where weight decay applies (kernels), 0 elsewhere, `[length]`. */
  constructor(
    state: AdamWState,
    decays: Float32Array,
    private readonly settings: AdamWSettings,
  ) {
    this.step = state.step;
    this.weights = tensor1d(state.weights);
    this.m = tensor1d(state.m);
    this.v = tensor1d(state.v);
    this.ema = tensor1d(state.ema);
    this.decayMask = tensor1d(decays);
  }

  /** A fresh state around initial weights. */
  static start(weights: Float32Array): AdamWState {
    const zeros = () => new Float32Array(weights.length);
    return { step: 0, weights, m: zeros(), v: zeros(), ema: weights.slice() };
  }

  /** One step along `gradient`, `[length]`, which stays the caller's. */
  apply(gradient: Tensor1D, learningRate: number): void {
    const { beta1, beta2, epsilon, weightDecay, emaDecay } = this.settings;
    this.step += 1;
    const correction1 = 1 - beta1 ** this.step;
    const correction2 = 1 - beta2 ** this.step;
    const decay = warmedDecay(emaDecay, this.step);
    const [m, v, weights, ema] = tidy(() => {
      const m1 = add(mul(this.m, beta1), mul(gradient, 1 - beta1)) as Tensor1D;
      const v1 = add(mul(this.v, beta2), mul(square(gradient), 1 - beta2)) as Tensor1D;
      const direction = div(div(m1, correction1), add(sqrt(div(v1, correction2)), epsilon));
      const shrink = mul(mul(this.weights, this.decayMask), weightDecay);
      const w1 = sub(this.weights, mul(add(direction, shrink), learningRate)) as Tensor1D;
      const e1 = add(mul(this.ema, decay), mul(w1, 1 - decay)) as Tensor1D;
      return [m1, v1, w1, e1] as [Tensor1D, Tensor1D, Tensor1D, Tensor1D];
    });
    for (const old of [this.m, this.v, this.weights, this.ema]) old.dispose();
    // Kept, since the caller may run the step inside a tidy of its own.
    this.m = keep(m);
    this.v = keep(v);
    this.weights = keep(weights);
    this.ema = keep(ema);
  }

  state(): AdamWState {
    const read = (tensor: Tensor1D) => tensor.dataSync().slice() as Float32Array;
    return {
      step: this.step,
      weights: read(this.weights),
      m: read(this.m),
      v: read(this.v),
      ema: read(this.ema),
    };
  }

  dispose(): void {
    for (const tensor of [this.m, this.v, this.weights, this.ema, this.decayMask]) tensor.dispose();
  }
}

/** The decay of an average at a step: the first steps must not be remembered for a thousand. */
export function warmedDecay(decay: number, step: number): number {
  return Math.min(decay, (1 + step) / (10 + step));
}

/** Linear warm-up, then a cosine to zero (Loshchilov & Hutter 2017). */
export function cosineRate(step: number, steps: number, warmup: number, peak: number): number {
  if (step < warmup) return (peak * (step + 1)) / warmup;
  const progress = Math.min(1, (step - warmup) / Math.max(1, steps - warmup));
  return 0.5 * peak * (1 + Math.cos(Math.PI * progress));
}

// The linear probe: a fully-connected classifier on the frozen encoder. It shows what pretraining
// has taught, and fine-tuning starts from it, since a classifier of noise would spoil the encoder in
// its first steps (Kumar et al. 2022).
import {
  add,
  concat,
  losses,
  matMul,
  mean,
  mul,
  reshape,
  type Scalar,
  sigmoid,
  slice,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  tensor1d,
  tensor2d,
  tidy,
} from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { encoderParameters } from "../network/encoder";
import { frozenFeatures, frozenWeights } from "../network/frozen";
import { blankParameters, type Parameters } from "../network/parameters";
import { AdamW, type AdamWSettings, type AdamWState } from "../optimiser/adamw";
import type { Batch } from "../synthesis/batch";

export class LinearProbe {
  private readonly encoder: Map<string, Tensor>;
  private readonly optimiser: AdamW;

  /** @param pretrained parameters of the encoder; outputs among them are not used. */
  constructor(
    private readonly architecture: StudentArchitecture,
    private readonly pretrained: Parameters,
    optimiser: AdamWSettings,
    resume?: AdamWState,
  ) {
    const { headChannels } = architecture;
    this.encoder = frozenWeights(encoderParameters(pretrained));
    const decays = new Float32Array(headChannels + 1).fill(1, 0, headChannels);
    const state = resume ?? AdamW.start(new Float32Array(headChannels + 1));
    if (state.weights.length !== decays.length)
      throw new Error("the probe's checkpoint belongs to another architecture");
    this.optimiser = new AdamW(state, decays, optimiser);
  }

  get step(): number {
    return this.optimiser.step;
  }

  /** @throws Error if the loss is not finite; the weights are then still those before the step. */
  train(batch: Batch, learningRate: number): { loss: number } {
    const n = batch.labels.length;
    const features = frozenFeatures(this.architecture, this.encoder, batch.pixels);
    const [value, gradient] = tidy(() =>
      logisticGradient(
        tensor2d(features, [n, this.architecture.headChannels]),
        tensor1d(batch.labels),
        this.optimiser.weights,
      ),
    );
    const loss = value.dataSync()[0] as number;
    const isFinite = Number.isFinite(loss);
    if (isFinite) this.optimiser.apply(gradient, learningRate);
    value.dispose();
    gradient.dispose();
    if (!isFinite) throw new Error("the loss is not finite");
    return { loss };
  }

  /** Logits `[n]` of `[n, size, size, 3]` bytes under the averaged classifier. */
  predict(pixels: Uint8Array): Float32Array {
    const { headChannels } = this.architecture;
    const features = frozenFeatures(this.architecture, this.encoder, pixels);
    const logits = tidy(() => {
      const f = tensor2d(features, [features.length / headChannels, headChannels]);
      return logitsOf(f, this.optimiser.ema);
    });
    const values = (logits.dataSync() as Float32Array).slice();
    logits.dispose();
    return values;
  }

  /** The teacher so far: the encoder, this classifier, and a map that says nothing yet. */
  parameters(): Parameters {
    const { headChannels } = this.architecture;
    const values = this.optimiser.ema.dataSync() as Float32Array;
    return new Map([
      ...blankParameters(this.architecture),
      ...encoderParameters(this.pretrained),
      [
        "classifier/kernel",
        { shape: [1, 1, headChannels, 1], data: values.slice(0, headChannels) },
      ],
      ["classifier/bias", { shape: [1], data: values.slice(headChannels) }],
    ]);
  }

  state(): AdamWState {
    return this.optimiser.state();
  }

  dispose(): void {
    this.optimiser.dispose();
    for (const weight of this.encoder.values()) weight.dispose();
  }
}

/** f·w + b, `[n]`, of features `[n, d]`; `flat` is w and then b, `[d + 1]`. */
function logitsOf(features: Tensor2D, flat: Tensor1D): Tensor1D {
  const d = flat.size - 1;
  const w = reshape(slice(flat, 0, d), [d, 1]) as Tensor2D;
  return add(reshape(matMul(features, w), [-1]), slice(flat, d, 1));
}

/**
 * Mean cross-entropy of logistic regression and its gradient in w and b: with p = σ(f·w + b),
 * fᵀ(p − y)/n and the mean of p − y.
 */
export function logisticGradient(
  features: Tensor2D,
  labels: Tensor1D,
  flat: Tensor1D,
): [loss: Scalar, gradient: Tensor1D] {
  const n = labels.size;
  const logits = logitsOf(features, flat);
  const error = sub(sigmoid(logits), labels);
  const alongW = mul(matMul(reshape(error, [1, n]) as Tensor2D, features), 1 / n);
  const gradient = concat([reshape(alongW, [-1]), reshape(mean(error), [1])]) as Tensor1D;
  return [losses.sigmoidCrossEntropy(labels, logits) as Scalar, gradient];
}

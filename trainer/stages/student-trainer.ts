// One student in training: weights, optimiser, batch-norm statistics and the step that ties them.
import {
  add,
  keep,
  losses,
  mean,
  mul,
  type Scalar,
  sum,
  type Tensor3D,
  tensor1d,
  tensor3d,
} from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { inputTensor, readOut } from "../network/encoder";
import { flatGradient } from "../network/flat-gradient";
import { flatLayout, flatten, splitFlat, unflatten } from "../network/flat-parameters";
import { frozenLogits } from "../network/frozen";
import { type Freeze, LearningEncoder } from "../network/learning-encoder";
import type { Parameters } from "../network/parameters";
import { AveragedStatistics } from "../network/running-statistics";
import { AdamW, type AdamWSettings, type AdamWState } from "../optimiser/adamw";
import type { Batch } from "../synthesis/batch";

export interface StudentState extends AdamWState {
  statistics: Float32Array;
  emaStatistics: Float32Array;
}

export type StepResult = {
  loss: number;
  logitLoss: number;
  maskLoss: number;
};

export class StudentTrainer {
  private readonly layout;
  private readonly optimiser: AdamW;
  private readonly statistics: AveragedStatistics;
  private readonly encoder: LearningEncoder;

  /** @param resume state of an earlier run; without it training starts from `initial`. */
  constructor(
    private readonly architecture: StudentArchitecture,
    initial: Parameters,
    private readonly settings: {
      optimiser: AdamWSettings;
      maskWeight: number;
      statisticsRate: number;
      freeze?: Freeze;
    },
    resume?: StudentState,
  ) {
    const { optimiser, statisticsRate, freeze } = settings;
    this.layout = flatLayout(initial);
    const state = resume ?? AdamW.start(flatten(this.layout, initial));
    if (state.weights.length !== this.layout.length)
      throw new Error("the checkpoint belongs to another architecture");
    const { emaDecay } = optimiser;
    this.statistics = new AveragedStatistics(initial, { statisticsRate, emaDecay }, resume);
    this.encoder = new LearningEncoder(architecture, this.layout, this.statistics, freeze);
    this.optimiser = new AdamW(state, this.encoder.decayMask(), optimiser);
  }

  get step(): number {
    return this.optimiser.step;
  }

  /**
   * One optimiser step on a batch.
   *
   * @throws Error if the loss is not finite; the weights are then still those before the step.
   */
  train(batch: Batch, learningRate: number): StepResult {
    const n = batch.labels.length;
    const side = Math.round(Math.sqrt(batch.masks.length / n));
    const inputs = {
      pixels: inputTensor(batch.pixels, this.architecture.inputSize),
      labels: tensor1d(batch.labels),
      masks: tensor3d(batch.masks, [n, side, side]),
      known: tensor1d(batch.maskKnown),
    };
    const knownCount = batch.maskKnown.reduce((a, b) => a + b, 0);
    const parts: { logitLoss?: Scalar; maskLoss?: Scalar } = {};
    const encoder = this.encoder.begin(this.optimiser.weights, inputs.pixels);
    const { loss, gradient } = flatGradient(this.layout, this.optimiser.weights, (weights) => {
      const { logit, map } = readOut(weights, encoder.forward(weights));
      parts.logitLoss = keep(losses.sigmoidCrossEntropy(inputs.labels, logit) as Scalar);
      const perPicture = mean(cellLoss(inputs.masks, map), [1, 2]);
      const total = sum(mul(perPicture, inputs.known));
      parts.maskLoss = keep(mul(total, 1 / Math.max(1, knownCount)) as Scalar);
      return add(parts.logitLoss, mul(parts.maskLoss, this.settings.maskWeight));
    });
    const read = (part?: Scalar) => (part ? (part.dataSync()[0] as number) : 0);
    const result = { loss, logitLoss: read(parts.logitLoss), maskLoss: read(parts.maskLoss) };
    const isFinite = Number.isFinite(loss);
    if (isFinite) {
      this.optimiser.apply(gradient, learningRate);
      encoder.follow(this.step);
    }
    for (const used of [encoder, gradient, ...Object.values(parts), ...Object.values(inputs)])
      used.dispose();
    if (!isFinite) throw new Error("the loss is not finite");
    return result;
  }

  /** Logits `[n]` of `[n, size, size, 3]` bytes under the averaged weights. */
  predict(pixels: Uint8Array): Float32Array {
    const { averaged } = this.statistics;
    const weights = new Map([...splitFlat(this.layout, this.optimiser.ema), ...averaged.split()]);
    const logits = frozenLogits(this.architecture, weights, pixels);
    for (const used of weights.values()) used.dispose();
    return logits;
  }

  /** The averaged parameters, which are the ones to ship. */
  averagedParameters(): Parameters {
    const parameters: Parameters = new Map();
    unflatten(this.layout, this.optimiser.ema.dataSync() as Float32Array, parameters);
    const { averaged } = this.statistics;
    unflatten(averaged.layout, averaged.read(), parameters);
    return parameters;
  }

  state(): StudentState {
    return { ...this.optimiser.state(), ...this.statistics.read() };
  }

  dispose(): void {
    this.optimiser.dispose();
    this.statistics.dispose();
  }
}

/** Cross-entropy of every cell, `[n, side, side]`. */
function cellLoss(masks: Tensor3D, map: Tensor3D): Tensor3D {
  return losses.sigmoidCrossEntropy(masks, map, undefined, undefined, 0 satisfies Reduction);
}

/** tfjs's `Reduction.NONE`; its enum is not exported by name. */
type Reduction = 0;

// One student in training: weights, optimiser, batch-norm statistics and the step that ties them.
import {
  add,
  engine,
  keep,
  losses,
  mean,
  mul,
  type Scalar,
  sum,
  type Tensor,
  type Tensor1D,
  type Tensor3D,
  type Tensor4D,
  tensor,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { normalisePixels } from "../../model/student/normalise";
import type { BatchStatistics } from "../network/encoder";
import {
  concatFlat,
  decayMask,
  flatLayout,
  flatten,
  splitFlat,
  unflatten,
} from "../network/flat-parameters";
import { isTrainable, type Parameters } from "../network/parameters";
import { studentForward } from "../network/student-network";
import { AdamW, type AdamWSettings, type AdamWState } from "../optimiser/adamw";
import type { Batch } from "../synthesis/batch";

export interface StudentState extends AdamWState {
  statistics: Float32Array;
  emaStatistics: Float32Array;
}

export interface StepResult {
  loss: number;
  logitLoss: number;
  maskLoss: number;
}

export class StudentTrainer {
  private readonly layout;
  private readonly statisticsLayout;
  private readonly optimiser: AdamW;
  private statistics: Tensor1D;
  private emaStatistics: Tensor1D;

  /** @param resume state of an earlier run; without it training starts from `initial`. */
  constructor(
    private readonly architecture: StudentArchitecture,
    initial: Parameters,
    private readonly settings: {
      optimiser: AdamWSettings;
      maskWeight: number;
      statisticsRate: number;
    },
    resume?: StudentState,
  ) {
    this.layout = flatLayout(initial);
    this.statisticsLayout = flatLayout(initial, (name) => !isTrainable(name));
    const statistics = flatten(this.statisticsLayout, initial);
    const state = resume ?? {
      ...AdamW.start(flatten(this.layout, initial)),
      statistics,
      emaStatistics: statistics.slice(),
    };
    if (
      state.weights.length !== this.layout.length ||
      state.statistics.length !== this.statisticsLayout.length
    )
      throw new Error("the checkpoint belongs to another architecture");
    this.optimiser = new AdamW(state, decayMask(this.layout), settings.optimiser);
    this.statistics = tensor1d(state.statistics);
    this.emaStatistics = tensor1d(state.emaStatistics);
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
    const { inputSize } = this.architecture;
    const n = batch.labels.length;
    const weights = splitFlat(this.layout, this.optimiser.weights);
    const batchStatistics: BatchStatistics = new Map();
    const parts: { logit?: Scalar; mask?: Scalar } = {};
    const inputs = {
      pixels: tensor(normalisePixels(batch.pixels), [n, inputSize, inputSize, 3]) as Tensor4D,
      labels: tensor1d(batch.labels),
      masks: tensor(batch.masks, [n, ...this.mapShape(batch)]) as Tensor3D,
      known: tensor1d(batch.maskKnown),
    };
    const { value, grads } = engine().gradients(
      () => {
        const { logit, map } = studentForward(
          this.architecture,
          weights,
          inputs.pixels,
          batchStatistics,
        );
        const logitLoss = losses.sigmoidCrossEntropy(inputs.labels, logit) as Scalar;
        const cellLoss = losses.sigmoidCrossEntropy(
          inputs.masks,
          map,
          undefined,
          undefined,
          0 satisfies Reduction,
        );
        const perPicture = mean(cellLoss, [1, 2]);
        const known = Math.max(
          1,
          batch.maskKnown.reduce((a, b) => a + b, 0),
        );
        const maskLoss = mul(sum(mul(perPicture, inputs.known)), 1 / known) as Scalar;
        parts.logit = keep(logitLoss);
        parts.mask = keep(maskLoss);
        return add(logitLoss, mul(maskLoss, this.settings.maskWeight)) as Scalar;
      },
      this.layout.names.map((name) => weights.get(name) as Tensor),
    );
    const read = (scalar: Tensor | undefined) => (scalar ? (scalar.dataSync()[0] as number) : 0);
    const result = {
      loss: read(value),
      logitLoss: read(parts.logit),
      maskLoss: read(parts.mask),
    };
    const isFinite = Number.isFinite(result.loss);
    if (isFinite) {
      tidy(() => this.optimiser.apply(concatFlat(grads), learningRate));
      this.updateStatistics(batchStatistics);
    }
    for (const used of [value, parts.logit, parts.mask, ...grads, ...Object.values(inputs)])
      used?.dispose();
    for (const used of weights.values()) used.dispose();
    for (const used of batchStatistics.values()) {
      used.mean.dispose();
      used.variance.dispose();
    }
    if (!isFinite) throw new Error(`the loss is not finite at step ${this.step + 1}`);
    return result;
  }

  /** Logits and maps of `[n, size, size, 3]` bytes under the averaged weights. */
  predict(pixels: Uint8Array, chunk = 64): { logits: Float32Array; maps: Float32Array[] } {
    const { inputSize } = this.architecture;
    const perPicture = inputSize * inputSize * 3;
    const n = pixels.length / perPicture;
    const weights = new Map([
      ...splitFlat(this.layout, this.optimiser.ema),
      ...splitFlat(this.statisticsLayout, this.emaStatistics),
    ]);
    const logits = new Float32Array(n);
    const maps: Float32Array[] = [];
    for (let from = 0; from < n; from += chunk) {
      const count = Math.min(chunk, n - from);
      const part = pixels.subarray(from * perPicture, (from + count) * perPicture);
      const [logit, map] = tidy(() => {
        const input = tensor(normalisePixels(part), [count, inputSize, inputSize, 3]) as Tensor4D;
        const outputs = studentForward(this.architecture, weights, input);
        return [outputs.logit, outputs.map] as [Tensor1D, Tensor3D];
      });
      logits.set(logit.dataSync(), from);
      maps.push((map.dataSync() as Float32Array).slice());
      logit.dispose();
      map.dispose();
    }
    for (const used of weights.values()) used.dispose();
    return { logits, maps };
  }

  /** The averaged parameters, which are the ones to ship. */
  averagedParameters(): Parameters {
    const parameters: Parameters = new Map();
    unflatten(this.layout, this.optimiser.ema.dataSync() as Float32Array, parameters);
    const statistics = this.emaStatistics.dataSync() as Float32Array;
    unflatten(this.statisticsLayout, statistics, parameters);
    return parameters;
  }

  state(): StudentState {
    return {
      ...this.optimiser.state(),
      statistics: (this.statistics.dataSync() as Float32Array).slice(),
      emaStatistics: (this.emaStatistics.dataSync() as Float32Array).slice(),
    };
  }

  dispose(): void {
    this.optimiser.dispose();
    this.statistics.dispose();
    this.emaStatistics.dispose();
  }

  private mapShape(batch: Batch): [number, number] {
    const side = Math.round(Math.sqrt(batch.masks.length / batch.labels.length));
    return [side, side];
  }

  /** Running statistics follow the batch's; their average follows them at the weights' pace. */
  private updateStatistics(batch: BatchStatistics): void {
    const rate = this.settings.statisticsRate;
    const decay = Math.min(this.settings.optimiser.emaDecay, (1 + this.step) / (10 + this.step));
    const [running, average] = tidy(() => {
      const current = concatFlat(
        this.statisticsLayout.names.map((name) => {
          const slash = name.lastIndexOf("/");
          const layer = batch.get(name.slice(0, slash));
          const part = layer?.[name.slice(slash + 1) as "mean" | "variance"];
          if (!part) throw new Error(`no batch statistics for ${name}`);
          return part;
        }),
      );
      const next = add(mul(this.statistics, 1 - rate), mul(current, rate)) as Tensor1D;
      const smooth = add(mul(this.emaStatistics, decay), mul(next, 1 - decay)) as Tensor1D;
      return [next, smooth] as [Tensor1D, Tensor1D];
    });
    this.statistics.dispose();
    this.emaStatistics.dispose();
    this.statistics = running;
    this.emaStatistics = average;
  }
}

/** tfjs's `Reduction.NONE`; its enum is not exported by name. */
type Reduction = 0;

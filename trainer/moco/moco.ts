// Momentum contrast (He et al. 2020, with the MLP head of Chen et al. 2020): the two encoders, the
// queue, and the step that ties them, in the order of the paper's algorithm 1.
import {
  argMax,
  cast,
  concat,
  equal,
  gather,
  keep,
  mean,
  split,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import {
  type BatchStatistics,
  encoderForward,
  encoderParameters,
  inputTensor,
  type NamedTensors,
  pooled,
} from "../network/encoder";
import { flatGradient } from "../network/flat-gradient";
import { decayMask, flatLayout, flatten, splitFlat, unflatten } from "../network/flat-parameters";
import { frozenFeatures } from "../network/frozen";
import type { Parameters } from "../network/parameters";
import { disposeStatistics, RunningStatistics } from "../network/running-statistics";
import { AdamW, type AdamWSettings } from "../optimiser/adamw";
import { Random } from "../random";
import type { MoCoState } from "./checkpoint";
import { keyGroups, placesIn, queryGroups } from "./groups";
import { infoNce } from "./info-nce";
import { momentumUpdate } from "./momentum";
import { isProjection, project, projectionHead } from "./projection-head";
import { KeyQueue } from "./queue";
import type { ViewBatch } from "./views";

export interface MoCoSettings {
  architecture: StudentArchitecture;
  /** Keys in the queue. */
  K: number;
  /** Momentum of the key encoder. */
  m: number;
  /** Temperature of the loss. */
  T: number;
  /** Length of queries and keys. */
  dimensions: number;
  /** Groups that batch norm sees apart; 1 lets the leak in. */
  groups: number;
  /** Whether keys of a query's own group of pictures are kept out of its negatives. */
  excludeOwn: boolean;
  /** Share of the batch's statistics in the running ones of batch norm. */
  statisticsRate: number;
  seed: number;
  optimiser: AdamWSettings;
}

export type MoCoStep = {
  loss: number;
  /** Share of the queries that are nearer to their key than to every negative. */
  accuracy: number;
};

export class MoCo {
  private readonly layout;
  private readonly optimiser: AdamW;
  private readonly statistics: RunningStatistics;
  private readonly queue: KeyQueue;
  private key: Tensor1D;

  /**
   * @param initial parameters of the encoder (its outputs, if there, are left out).
   * @param resume state of an earlier run.
   */
  constructor(
    initial: Parameters,
    private readonly settings: MoCoSettings,
    resume?: MoCoState,
  ) {
    const { architecture, dimensions, K, seed } = settings;
    const parameters = new Map([
      ...encoderParameters(initial),
      ...projectionHead(architecture.headChannels, dimensions, seed),
    ]);
    this.layout = flatLayout(parameters);
    const weights = flatten(this.layout, parameters);
    if (resume && resume.weights.length !== weights.length)
      throw new Error("the checkpoint belongs to another architecture");
    const state = resume ?? AdamW.start(weights);
    // The optimiser's own average is not used: the key encoder is the average here.
    const optimiser = { ...settings.optimiser, emaDecay: 0 };
    this.optimiser = new AdamW({ ...state, ema: state.weights }, decayMask(this.layout), optimiser);
    this.key = tensor1d(resume?.key ?? weights);
    this.queue = new KeyQueue(resume?.queue ?? KeyQueue.start(K, dimensions, seed), dimensions);
    this.statistics = new RunningStatistics(parameters, resume?.statistics);
  }

  get step(): number {
    return this.optimiser.step;
  }

  /**
   * One step on a batch of views.
   *
   * @throws Error if the loss is not finite; the query encoder is then still that before the step.
   */
  train(batch: ViewBatch, learningRate: number): MoCoStep {
    const { T, m, excludeOwn, statisticsRate } = this.settings;
    const moved = momentumUpdate(this.key, this.optimiser.weights, m);
    this.key.dispose();
    this.key = moved;

    const { k, blended } = this.encodeKeys(batch);
    const queue = this.queue.tensor();
    const excluded = excludeOwn ? this.queue.ownedBy(batch.owners) : undefined;
    const pixels = inputTensor(batch.queries, this.settings.architecture.inputSize);
    const statistics: BatchStatistics[] = [];
    let logits: Tensor2D | undefined;
    const { loss, gradient } = flatGradient(this.layout, this.optimiser.weights, (weights) => {
      const groups = queryGroups(batch.owners.length, this.settings.groups);
      const q = this.embed(weights, pixels, groups, statistics);
      const contrast = infoNce(q, k, { queue, excluded, blended }, T);
      logits = keep(contrast.logits);
      return contrast.loss;
    });
    const accuracy = shareOfFirst(logits as Tensor2D);
    const isFinite = Number.isFinite(loss);
    if (isFinite) {
      this.optimiser.apply(gradient, learningRate);
      for (const one of statistics) this.statistics.follow(one, statisticsRate / statistics.length);
      this.queue.enqueue(k.dataSync() as Float32Array, batch.owners);
    }
    statistics.forEach(disposeStatistics);
    for (const used of [k, blended, queue, excluded, pixels, logits, gradient]) used?.dispose();
    if (!isFinite) throw new Error("the loss is not finite");
    return { loss, accuracy };
  }

  /** Features `[n, headChannels]` of `[n, size, size, 3]` bytes, frozen, as downstream uses them. */
  features(pixels: Uint8Array): Float32Array {
    const weights = new Map([
      ...splitFlat(this.layout, this.optimiser.weights),
      ...this.statistics.split(),
    ]);
    const features = frozenFeatures(this.settings.architecture, weights, pixels);
    for (const used of weights.values()) used.dispose();
    return features;
  }

  /** The query encoder without the head, which is what pretraining is for. */
  encoder(): Parameters {
    const parameters: Parameters = new Map();
    unflatten(this.layout, this.optimiser.weights.dataSync() as Float32Array, parameters);
    unflatten(this.statistics.layout, this.statistics.read(), parameters);
    return new Map([...parameters].filter(([name]) => !isProjection(name)));
  }

  state(): MoCoState {
    const { step, weights, m, v } = this.optimiser.state();
    const key = (this.key.dataSync() as Float32Array).slice();
    const statistics = this.statistics.read();
    return { step, weights, m, v, key, statistics, queue: this.queue.state() };
  }

  dispose(): void {
    this.optimiser.dispose();
    this.statistics.dispose();
    this.key.dispose();
  }

  /** Keys `[n, d]`, and those of the pseudo-fakes; no gradient goes here. */
  private encodeKeys({ keys, blended, owners }: ViewBatch): { k: Tensor2D; blended?: Tensor2D } {
    const { architecture, groups: G, seed } = this.settings;
    const n = owners.length;
    const hasBlended = blended.length > 0;
    const dealt = keyGroups(n, G, Random.at(seed, this.step));
    // Pseudo-fakes ride in the groups of keys, each in another than its own picture's key: groups of
    // nothing but fakes would have statistics of their own, and those would give them away.
    const groups = hasBlended
      ? dealt.map((group, g) => [...group, ...(dealt[(g + 1) % G] ?? []).map((i) => n + i)])
      : dealt;
    const weights = splitFlat(this.layout, this.key);
    const statistics: BatchStatistics[] = [];
    const embedded = tidy(() => {
      const views = [keys, ...(hasBlended ? [blended] : [])];
      const pixels = concat(views.map((view) => inputTensor(view, architecture.inputSize)));
      return split(this.embed(weights, pixels, groups, statistics), views.length);
    });
    statistics.forEach(disposeStatistics);
    for (const weight of weights.values()) weight.dispose();
    return { k: embedded[0] as Tensor2D, blended: embedded[1] as Tensor2D | undefined };
  }

  /**
   * Unit vectors `[n, d]` of `[n, size, size, 3]` normalised pixels, every group under its own
   * batch-norm statistics, which are recorded.
   */
  private embed(
    weights: NamedTensors,
    pixels: Tensor4D,
    groups: readonly number[][],
    statistics: BatchStatistics[],
  ): Tensor2D {
    const { architecture } = this.settings;
    const features = groups.map((group) => {
      const own: BatchStatistics = new Map();
      statistics.push(own);
      const part = gather(pixels, tensor1d(group, "int32"));
      return pooled(encoderForward(architecture, weights, part, own));
    });
    const order = tensor1d(placesIn(groups), "int32");
    return project(weights, gather(concat(features), order));
  }
}

/** Share of rows whose first column is above every other. */
function shareOfFirst(logits: Tensor2D): number {
  const first = tidy(() => mean(cast(equal(argMax(logits, 1), 0), "float32")));
  const share = first.dataSync()[0] as number;
  first.dispose();
  return share;
}

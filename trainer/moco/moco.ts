// Momentum contrast (He et al. 2020, with the MLP head of Chen et al. 2020): the two encoders, the
// queue, and the step that ties them, in the order of the paper's algorithm 1.
import {
  concat,
  gather,
  keep,
  type Scalar,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { flatLayout, flatten, splitFlat, unflatten } from "../network/flat-parameters";
import type { Parameters } from "../network/parameters";
import type { BatchStatistics, NamedTensors } from "../network/student-network";
import { AdamW, type AdamWSettings } from "../optimiser/adamw";
import { Random } from "../random";
import type { MoCoState } from "./checkpoint";
import { encoderForward, encoderParameters, inputTensor, pooled } from "./encoder";
import { decayMask, flatGradient } from "./flat-gradient";
import { keyGroups, placesIn, queryGroups } from "./groups";
import { infoNce } from "./info-nce";
import { momentumUpdate } from "./momentum";
import { isProjection, project, projectionHead } from "./projection-head";
import { KeyQueue } from "./queue";
import { disposeStatistics, RunningStatistics } from "./running-statistics";
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

export interface MoCoStep {
  loss: number;
  /** Share of the queries that are nearer to their key than to every negative. */
  accuracy: number;
}

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
    this.statistics = new RunningStatistics(parameters, resume?.statistics ?? new Float32Array(0));
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
    const pixels = this.input(batch.queries);
    const statistics: BatchStatistics[] = [];
    let logits: Tensor2D | undefined;
    const { loss, gradient } = flatGradient(this.layout, this.optimiser.weights, (weights) => {
      const groups = queryGroups(batch.owners.length, this.settings.groups);
      const q = this.embed(weights, pixels, groups, statistics);
      const contrast = infoNce(q, k, { queue, excluded, blended }, T);
      logits = keep(contrast.logits);
      return contrast.loss as Scalar;
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
    if (!isFinite) throw new Error(`the loss is not finite at step ${this.step + 1}`);
    return { loss, accuracy };
  }
}

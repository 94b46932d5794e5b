// One student learning from its teachers: weights, optimiser, batch-norm statistics and the step that
// ties them.
import { add, keep, mul, type Scalar, type Tensor4D, tensor1d } from "@tensorflow/tfjs-core";
import { type StudentArchitecture, totalStride } from "../../model/student/architecture";
import { inputTensor, readOut } from "../network/encoder";
import { flatGradient } from "../network/flat-gradient";
import { flatLayout, flatten, splitFlat, unflatten } from "../network/flat-parameters";
import { frozenLogits } from "../network/frozen";
import { type Freeze, LearningEncoder } from "../network/learning-encoder";
import type { Parameters } from "../network/parameters";
import { AveragedStatistics } from "../network/running-statistics";
import { AdamW, type AdamWSettings } from "../optimiser/adamw";
import type { StudentState } from "../stages/student-trainer";
import type { Glances } from "./glances";
import { type LessonBatch, ownViews } from "./lessons";
import { featureMse, labelLoss, logitKl, logitMse } from "./losses";
import { featureProjection, isFeatureProjection, projectFeatures } from "./projection";
import { type FeatureSchedule, featureWeightAt } from "./schedule";
import { FrozenTeachers, ownViewSizes, type Teacher, type View } from "./teachers";

export interface DistillerSettings {
  /** The student's. */
  architecture: StudentArchitecture;
  /** How logits are compared; `tau` is the temperature of the KL divergence. */
  logits: { loss: "mse" } | { loss: "kl"; tau: number };
  logitWeight: number;
  features: FeatureSchedule;
  /** Weight of the teachers' coarse map, logit by logit. */
  mapWeight: number;
  labelWeight: number;
  statisticsRate: number;
  /** How often each teacher looks at a face. Absent in older runs: once. */
  teacherGlances?: Glances;
  /** Of the student; teachers are frozen anyway. */
  freeze?: Freeze;
  optimiser: AdamWSettings;
  seed: number;
}

export type DistilStep = {
  loss: number;
  logitLoss: number;
  /** 0 once the warm-up is over. */
  featureLoss: number;
  mapLoss: number;
  labelLoss: number;
};

export class Distiller {
  private readonly layout;
  /** How many of the flat weights are the student's; the projection comes after them. */
  private readonly studentLength: number;
  private readonly optimiser: AdamW;
  private readonly statistics: AveragedStatistics;
  private readonly encoder: LearningEncoder;
  private readonly teachers: FrozenTeachers;
  private readonly viewSizes: readonly number[];

  /**
   * @param initial the student's parameters, ImageNet's or any of its architecture.
   * @param teachers one or more.
   * @param resume state of an earlier run.
   */
  constructor(
    initial: Parameters,
    teachers: readonly Teacher[],
    private readonly settings: DistillerSettings,
    resume?: StudentState,
  ) {
    const { architecture, seed, optimiser, freeze, teacherGlances } = settings;
    this.teachers = new FrozenTeachers(teachers, teacherGlances);
    this.viewSizes = ownViewSizes(teachers);
    const [first] = teachers as [Teacher];
    const { headChannels } = first.architecture;
    const parameters = new Map([
      ...initial,
      ...featureProjection(architecture.headChannels, headChannels, seed),
    ]);
    this.layout = flatLayout(parameters);
    this.studentLength = flatLayout(initial).length;
    const state = resume ?? AdamW.start(flatten(this.layout, parameters));
    if (state.weights.length !== this.layout.length)
      throw new Error("the checkpoint belongs to another architecture");
    const { statisticsRate } = settings;
    const { emaDecay } = optimiser;
    this.statistics = new AveragedStatistics(parameters, { statisticsRate, emaDecay }, resume);
    this.encoder = new LearningEncoder(architecture, this.layout, this.statistics, freeze);
    this.optimiser = new AdamW(state, this.encoder.decayMask(), optimiser);
  }

  get step(): number {
    return this.optimiser.step;
  }

  /**
   * One step: L = w_z ℓ(zₛ, zₜ) + w_f(step) ‖f̂ₛ − f̂ₜ‖² + w_m (mapₛ − mapₜ)² + w_y CE(zₛ, y).
   *
   * @throws Error if the loss is not finite; the weights are then still those before the step.
   */
  train(batch: LessonBatch, learningRate: number): DistilStep {
    const { architecture, logits, logitWeight, mapWeight, labelWeight } = this.settings;
    const featureWeight = featureWeightAt(this.step, this.settings.features);
    const pixels = inputTensor(batch.pixels, architecture.inputSize);
    const { teacherPixels } = batch;
    const views = new Map<number, Tensor4D>();
    if (teacherPixels)
      for (const [size, view] of ownViews(teacherPixels, batch.labels.length, this.viewSizes))
        views.set(size, inputTensor(view, size));
    const side = Math.ceil(architecture.inputSize / totalStride(architecture));
    const answer = this.teachers.ask((size) => views.get(size) ?? pixels, side);
    for (const view of views.values()) view.dispose();
    const labels = tensor1d(batch.labels);
    const known = tensor1d(batch.known);
    const knownCount = batch.known.reduce((sum, one) => sum + one, 0);
    const parts: Partial<Record<Exclude<keyof DistilStep, "loss">, Scalar>> = {};
    const encoder = this.encoder.begin(this.optimiser.weights, pixels);
    const { loss, gradient } = flatGradient(this.layout, this.optimiser.weights, (weights) => {
      const featureMap = encoder.forward(weights);
      const { logit, map } = readOut(weights, featureMap);
      const logitLoss =
        logits.loss === "kl"
          ? logitKl(logit, answer.logit, logits.tau)
          : logitMse(logit, answer.logit);
      parts.logitLoss = keep(logitLoss);
      parts.mapLoss = keep(logitMse(map, answer.map));
      parts.labelLoss = keep(labelLoss(logit, labels, known, knownCount));
      let total = mul(parts.logitLoss, logitWeight);
      total = add(total, mul(parts.mapLoss, mapWeight));
      total = add(total, mul(parts.labelLoss, labelWeight));
      if (featureWeight > 0) {
        parts.featureLoss = keep(featureMse(projectFeatures(weights, featureMap), answer.features));
        total = add(total, mul(parts.featureLoss, featureWeight));
      }
      return total as Scalar;
    });
    const read = (part?: Scalar) => (part ? (part.dataSync()[0] as number) : 0);
    const result = {
      loss,
      logitLoss: read(parts.logitLoss),
      featureLoss: read(parts.featureLoss),
      mapLoss: read(parts.mapLoss),
      labelLoss: read(parts.labelLoss),
    };
    const isFinite = Number.isFinite(loss);
    if (isFinite) {
      this.optimiser.apply(gradient, learningRate);
      encoder.follow(this.step);
    }
    for (const used of [encoder, pixels, labels, known, gradient]) used.dispose();
    for (const used of [...Object.values(answer), ...Object.values(parts)]) used.dispose();
    if (!isFinite) throw new Error("the loss is not finite");
    return result;
  }

  /** The student's logits `[n]` of `[n, size, size, 3]` bytes under the averaged weights. */
  predict(pixels: Uint8Array): Float32Array {
    const weights = new Map([
      ...splitFlat(this.layout, this.optimiser.ema),
      ...this.statistics.averaged.split(),
    ]);
    const logits = frozenLogits(this.settings.architecture, weights, pixels);
    for (const used of weights.values()) used.dispose();
    return logits;
  }

  /** See `FrozenTeachers.predict`. */
  predictAsTeacher(viewOf: (inputSize: number) => View): Float32Array {
    return this.teachers.predict(viewOf);
  }

  /** The student's averaged parameters, which are the ones to ship. */
  averagedParameters(): Parameters {
    const parameters: Parameters = new Map();
    unflatten(this.layout, this.optimiser.ema.dataSync() as Float32Array, parameters);
    unflatten(this.statistics.averaged.layout, this.statistics.averaged.read(), parameters);
    return new Map([...parameters].filter(([name]) => !isFeatureProjection(name)));
  }

  /** Everything the next step depends on. */
  state(): StudentState {
    return { ...this.optimiser.state(), ...this.statistics.read() };
  }

  /** The same without the projection: what supervised training of this student would have. */
  studentState(): StudentState {
    const state = this.state();
    const own = (flat: Float32Array) => flat.slice(0, this.studentLength);
    const { weights, m, v, ema } = state;
    return { ...state, weights: own(weights), m: own(m), v: own(v), ema: own(ema) };
  }

  dispose(): void {
    this.optimiser.dispose();
    this.statistics.dispose();
    this.teachers.dispose();
  }
}

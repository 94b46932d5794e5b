// Running mean and variance of every batch norm, as one flat vector that follows the batches.
import { add, mul, type Tensor, type Tensor1D, tensor1d, tidy } from "@tensorflow/tfjs-core";
import { warmedDecay } from "../optimiser/adamw";
import type { BatchStatistics } from "./encoder";
import { concatFlat, type FlatLayout, flatLayout, flatten, splitFlat } from "./flat-parameters";
import { isTrainable, type Parameters } from "./parameters";

export class RunningStatistics {
  readonly layout: FlatLayout;
  values: Tensor1D;

  /** @param values to go on from; without them it starts from those among the parameters. */
  constructor(parameters: Parameters, values?: Float32Array) {
    this.layout = flatLayout(parameters, (name) => !isTrainable(name));
    values ??= flatten(this.layout, parameters);
    if (values.length !== this.layout.length)
      throw new Error("the batch-norm statistics belong to another architecture");
    this.values = tensor1d(values);
  }

  /** s ← (1 − rate) s + rate · batch */
  follow(batch: BatchStatistics, rate: number): void {
    const current = tidy(() =>
      concatFlat(
        this.layout.names.map((name) => {
          const slash = name.lastIndexOf("/");
          const part = batch.get(name.slice(0, slash))?.[name.slice(slash + 1) as "mean"];
          if (!part) throw new Error(`no batch statistics for ${name}`);
          return part;
        }),
      ),
    );
    this.followValues(current, rate);
    current.dispose();
  }

  followValues(current: Tensor1D, rate: number): void {
    const next = tidy(() => add(mul(this.values, 1 - rate), mul(current, rate)) as Tensor1D);
    this.values.dispose();
    this.values = next;
  }

  /** By name; the caller disposes of them. */
  split(): Map<string, Tensor> {
    return splitFlat(this.layout, this.values);
  }

  read(): Float32Array {
    return (this.values.dataSync() as Float32Array).slice();
  }

  dispose(): void {
    this.values.dispose();
  }
}

/** Running statistics and their average, which follows them at the pace of the averaged weights. */
export class AveragedStatistics {
  readonly running: RunningStatistics;
  readonly averaged: RunningStatistics;

  /** @param resume values to go on from; without them both start from those among the parameters. */
  constructor(
    parameters: Parameters,
    private readonly settings: { statisticsRate: number; emaDecay: number },
    resume?: { statistics: Float32Array; emaStatistics: Float32Array },
  ) {
    this.running = new RunningStatistics(parameters, resume?.statistics);
    this.averaged = new RunningStatistics(parameters, resume?.emaStatistics);
  }

  /** @param step the optimiser's, after the batch. */
  follow(batch: BatchStatistics, step: number): void {
    const { statisticsRate, emaDecay } = this.settings;
    this.running.follow(batch, statisticsRate);
    this.averaged.followValues(this.running.values, 1 - warmedDecay(emaDecay, step));
  }

  read(): { statistics: Float32Array; emaStatistics: Float32Array } {
    return { statistics: this.running.read(), emaStatistics: this.averaged.read() };
  }

  dispose(): void {
    this.running.dispose();
    this.averaged.dispose();
  }
}

export function disposeStatistics(batch: BatchStatistics): void {
  for (const { mean, variance } of batch.values()) {
    mean.dispose();
    variance.dispose();
  }
}

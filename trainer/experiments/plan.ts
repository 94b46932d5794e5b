// The whole table as jobs (one figure each) and steps (one stage run each). Steps that several jobs
// need are there once; every step names those it starts from, so that any machine can take any step
// whose beginnings are done.
import type { StudentArchitecture } from "../../model/student/architecture";
import type { TrainerConfig } from "../config/schema";
import type { FaceRow } from "../datasets/manifest";
import { canonicalJson, rowsDigest, shortDigest } from "../digest";
import { type CommonSettings, isRefit, type LeaveOut } from "../stages/common-settings";
import type { DistilSettings } from "../stages/distil-settings";
import type { PretrainSettings } from "../stages/pretrain-settings";
import type { DistilStart, PublishedWeights } from "../stages/run-record";
import { trainingSplit } from "../stages/sides";
import type { TeachSettings } from "../stages/teach-settings";
import { type Arm, armsNamed } from "./arms";
import { distilCost, multiplyAdds, pretrainCost, teachCost } from "./cost";
import {
  distilSettings,
  labelSettings,
  type Network,
  pretrainSettings,
  startOf,
  type Variant,
} from "./step-settings";

export interface TableRequest {
  /** Names or aliases. */
  arms: readonly string[];
  /** Shares of the labels, each above 0 and at most 1. */
  fractions: readonly number[];
  seeds: readonly number[];
  /** What is left out of training, one value after the other, and measured. */
  leaveOut: readonly LeaveOutBy[];
  /** Which arm is trained for that, with the largest fraction. */
  leaveOutArm: string;
  /** A split of the manifest, measured once all choices are made; null: none. */
  finalSplit: string | null;
}

export type LeaveOutBy = "generator" | "source";

interface AnyStep {
  /** Kind and fingerprint; also the name of its folder. */
  id: string;
  title: string;
  /** Steps that must be done before. */
  needs: string[];
  /** Multiply-adds. */
  cost: number;
}

export interface PretrainStep extends AnyStep {
  kind: "pretrain";
  start: PublishedWeights;
  settings: PretrainSettings;
}

export interface TeachStep extends AnyStep {
  kind: "teach";
  start: PublishedWeights;
  settings: TeachSettings;
  /** The pretraining it starts from; null: `start`. */
  encoder: string | null;
}

export interface DistilStep extends AnyStep {
  kind: "distil";
  /** Of the student. */
  start: DistilStart;
  settings: DistilSettings;
  teacher: string;
}

/** What scoring must know of the run that it scores. */
export interface ScoreSettings
  extends Pick<CommonSettings, "cropMargin" | "heldOutShare" | "seed" | "leaveOut"> {
  architecture: StudentArchitecture;
}

/** Logits of what the run did not see. */
export interface ScoreStep extends AnyStep {
  kind: "score";
  settings: ScoreSettings;
  /** The run whose network it is. */
  of: string;
  /** Null: the held-out groups and what was left out. */
  split: string | null;
}

export type Step = PretrainStep | TeachStep | DistilStep | ScoreStep;

export interface Job {
  name: string;
  arm: string;
  fraction: number;
  seed: number;
  leftOut: { by: LeaveOutBy; value: string } | null;
  /** The step whose logits are its result. */
  score: string;
  /** The same on the final split, where that was asked for. */
  final: string | null;
}

export interface Plan {
  /** Each after those it needs. */
  steps: Step[];
  jobs: Job[];
  /** Values that leave nothing to measure, with the reason. */
  omitted: string[];
}

/**
 * @throws RangeError if the request names what there is not, or the configuration gives the arms
 *   different starts, or fits what the table is measured on.
 */
export function planTable(
  request: TableRequest,
  config: TrainerConfig,
  rows: readonly FaceRow[],
): Plan {
  if (isRefit(config.data.splits))
    throw new RangeError("data.splits: a table compares what is fitted on train alone");
  const arms = armsNamed(request.arms);
  const [leaveOutArm] = armsNamed([request.leaveOutArm]) as [Arm];
  const fractions = distinct(request.fractions).sort((a, b) => a - b);
  const seeds = distinct(request.seeds).sort((a, b) => a - b);
  if (fractions.length === 0 || seeds.length === 0)
    throw new RangeError("a table needs a label fraction and a seed");
  const planner = new Planner(config, rows, request.finalSplit);
  // One seed after the other: a table that was stopped half-way has every arm.
  for (const seed of seeds)
    for (const fraction of fractions)
      for (const arm of arms) planner.add(arm, fraction, seed, null);
  const fraction = fractions.at(-1) as number;
  for (const seed of seeds)
    for (const by of distinct(request.leaveOut))
      for (const value of leaveOutValues(rows, by))
        planner.add(leaveOutArm, fraction, seed, { by, value });
  return planner.plan();
}

/** Values with fakes to measure. */
function leaveOutValues(rows: readonly FaceRow[], by: LeaveOutBy): string[] {
  const fakes = rows.filter(({ split, label }) => split === "train" && label === "fake");
  return distinct(fakes.map((row) => row[by])).sort();
}

interface Unseen {
  heldOut: number;
  leftOut: number;
  leftOutFakes: number;
}

class Planner {
  private readonly steps = new Map<string, Step>();
  private readonly jobs: Job[] = [];
  private readonly omitted: string[] = [];
  /** Digest of the manifest: other pictures make other steps. */
  private readonly data: string;
  private readonly start: PublishedWeights;
  private readonly counts = new Map<string, Unseen>();

  constructor(
    private readonly config: TrainerConfig,
    private readonly rows: readonly FaceRow[],
    private readonly finalSplit: string | null,
  ) {
    this.data = rowsDigest(rows);
    this.start = startOf(config);
    if (finalSplit !== null && this.countOf(finalSplit) === 0)
      throw new RangeError(`the manifest has no labelled split "${finalSplit}"`);
  }

  plan(): Plan {
    return { steps: [...this.steps.values()], jobs: this.jobs, omitted: this.omitted };
  }

  add(arm: Arm, fraction: number, seed: number, leftOut: Job["leftOut"]): void {
    const variant = { fraction, seed, leaveOut: this.leaveOut(leftOut) };
    const without = leftOut ? ` without ${leftOut.by} ${leftOut.value}` : "";
    const name = `${arm.name}${without}, ${percent(fraction)} of labels, seed ${seed}`;
    if (leftOut && this.unseen(variant).leftOutFakes === 0) {
      this.omitted.push(
        `${name}: people in its fakes stay in training, nothing is left to measure`,
      );
      return;
    }
    const trained = arm.distilled
      ? this.distil(arm, variant)
      : this.labels(arm.network, arm.pretrained, variant);
    const score = this.score(trained, null).id;
    // Leaving out is a question to the data that were left out, not to the final split.
    const isFinal = this.finalSplit !== null && !leftOut;
    const final = isFinal ? this.score(trained, this.finalSplit).id : null;
    this.jobs.push({ name, arm: arm.name, fraction, seed, leftOut, score, final });
  }

  private distil(arm: Arm, variant: Variant): DistilStep {
    const teacher = this.labels("teacher", arm.pretrained, variant);
    const useUnlabelled = arm.distilled === "on all faces";
    const settings = distilSettings(this.config, useUnlabelled, variant);
    const from = arm.pretrained ? "pretrained teacher" : `teacher from ${this.startName}`;
    return this.step({
      kind: "distil",
      title: `distil ${from}${useUnlabelled ? "" : " on labelled faces"}${about(settings)}`,
      needs: [teacher.id],
      teacher: teacher.id,
      start: this.config.distil.initial,
      settings,
      cost: distilCost(settings, teacher.settings.architecture),
    });
  }

  private labels(network: Network, pretrained: boolean, variant: Variant): TeachStep {
    const encoder = pretrained ? this.pretrain(network, variant).id : null;
    const settings = labelSettings(this.config, network, variant);
    const what = pretrained ? `pretrained ${network}` : `${network} from ${this.startName}`;
    return this.step({
      kind: "teach",
      title: `teach ${what}${about(settings)}`,
      needs: encoder ? [encoder] : [],
      encoder,
      start: this.start,
      settings,
      cost: teachCost(settings),
    });
  }

  private pretrain(network: Network, variant: Variant): PretrainStep {
    const settings = pretrainSettings(this.config, network, variant);
    return this.step({
      kind: "pretrain",
      title: `pretrain ${network}${about(settings)}`,
      needs: [],
      start: this.start,
      settings,
      cost: pretrainCost(settings),
    });
  }

  private score({ settings, id, title }: TeachStep | DistilStep, split: string | null): ScoreStep {
    const { architecture, cropMargin, heldOutShare, seed, leaveOut } = settings;
    const { heldOut, leftOut } = this.unseen(settings);
    const pictures = split === null ? heldOut + leftOut : this.countOf(split);
    return this.step({
      kind: "score",
      title: `score ${split ?? "held-out groups"}: ${title}`,
      needs: [id],
      of: id,
      split,
      settings: { architecture, cropMargin, heldOutShare, seed, leaveOut },
      cost: pictures * multiplyAdds(architecture),
    });
  }

  /** The one step of its fingerprint. */
  private step<T extends Step>(made: Omit<T, "id">): T {
    const {
      title: _title,
      cost: _cost,
      ...shaping
    } = { ...made, settings: shapingOf(made.settings) };
    const id = `${made.kind}-${shortDigest([shaping, this.data])}`;
    const step = this.steps.get(id) ?? ({ ...made, id } as T);
    this.steps.set(id, step);
    return step as T;
  }

  /**
   * What to leave out for a value. A source whose generators are found nowhere else is left out by
   * their names: where it holds nothing else, both experiments are then the same steps.
   */
  private leaveOut(leftOut: Job["leftOut"]): LeaveOut {
    const always = this.config.data.leaveOut;
    if (!leftOut) return always;
    const { by, value } = leftOut;
    const own = this.rows.filter((row) => row[by] === value);
    const generators = distinct(own.map(({ generator }) => generator)).sort();
    const all = this.rows.filter(({ generator }) => generators.includes(generator));
    return by === "generator" || all.length === own.length
      ? { ...always, generators: [...always.generators, ...generators] }
      : { ...always, sources: [...always.sources, value] };
  }

  /** Numbers of pictures that no stage of a run fits. */
  private unseen({ seed, leaveOut }: Pick<ScoreSettings, "seed" | "leaveOut">): Unseen {
    const key = canonicalJson([seed, leaveOut]);
    const known = this.counts.get(key);
    if (known) return known;
    const { heldOutShare } = this.config.data;
    const { heldOut, leftOut } = trainingSplit(this.rows, { heldOutShare, seed, leaveOut });
    const counted = {
      heldOut: heldOut.length,
      leftOut: leftOut.length,
      leftOutFakes: leftOut.filter(({ label }) => label === "fake").length,
    };
    this.counts.set(key, counted);
    return counted;
  }

  private countOf(split: string): number {
    return this.rows.filter((row) => row.split === split && row.label !== "unlabelled").length;
  }

  private get startName(): string {
    return this.start === "imagenet" ? "ImageNet" : "random weights";
  }
}

/** Without what changes how a step is done and not what it computes. */
function shapingOf(settings: Step["settings"]): object {
  const {
    workers: _workers,
    checkpointEvery: _every,
    ...shaping
  } = {
    workers: 0,
    checkpointEvery: 0,
    ...settings,
  };
  return shaping;
}

/** What a title says beyond the kind of step. */
function about(settings: { labelFraction?: number; seed: number; leaveOut?: LeaveOut }): string {
  const { labelFraction, seed, leaveOut } = settings;
  const left = [...(leaveOut?.generators ?? []), ...(leaveOut?.sources ?? [])];
  return [
    labelFraction === undefined ? "" : `, ${percent(labelFraction)} of labels`,
    `, seed ${seed}`,
    left.length > 0 ? `, without ${left.join(" and ")}` : "",
  ].join("");
}

export function percent(fraction: number): string {
  return `${Number((100 * fraction).toFixed(2))} %`;
}

function distinct<T>(values: Iterable<T>): T[] {
  return [...new Set(values)];
}

/** Every step that a job's result depends on, each after those it needs. */
export function stepsOf(plan: Plan, jobs: readonly Job[]): Step[] {
  const byId = new Map(plan.steps.map((step) => [step.id, step]));
  const wanted = new Set<string>();
  const want = (id: string) => {
    if (wanted.has(id)) return;
    wanted.add(id);
    for (const need of byId.get(id)?.needs ?? []) want(need);
  };
  for (const { score, final } of jobs) {
    want(score);
    if (final) want(final);
  }
  return plan.steps.filter(({ id }) => wanted.has(id));
}

/** Optimiser steps, for a progress bar. */
export function stepLength(step: Step): number {
  if (step.kind === "score") return 1;
  const { steps } = step.settings;
  return step.kind === "teach" ? step.settings.probe.steps + steps : steps;
}

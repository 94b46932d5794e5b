// All stages of a run in their order. Each goes on from its checkpoint or, if finished, is passed
// over, so the same call resumes whatever an earlier one left.
import { createHash } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TrainerConfig } from "../config/schema";
import { readManifest } from "../datasets/manifest";
import { writeCardMetrics } from "../emission/package";
import { DEFAULT_SEED } from "../evaluation/bootstrap";
import { cardMetrics } from "../evaluation/card-metrics";
import { writeEvaluation } from "../evaluation/write-evaluation";
import type { PrepareJob } from "../prepare/prepare";
import { reportFile } from "../prepare/prepare-report";
import { evaluate } from "../stages/evaluate";
import { type PicturesDone, quantise } from "../stages/quantise";
import { readTrainedStudent } from "../stages/trained-student";
import type { StageHooks } from "../stages/training-loop";
import { dataFolder, type RunFolders, runFolder, runFolders } from "./folders";
import { archivePath, packStudent, writeArchive } from "./pack";
import { prepareStage } from "./prepare-stage";
import { distilStage, pretrainStage, type Stage, teachStage } from "./stages";

export interface Pipeline {
  config: TrainerConfig;
  /** ISO date, for the card. */
  date: string;
  signal?: AbortSignal;
  /** How a training stage of so many steps is watched; `stop` is called when it ends. */
  watch(steps: number): Omit<StageHooks, "signal"> & { stop(): void };
  onMessage(message: string): void;
  onPictures: PicturesDone;
  onUnit: NonNullable<PrepareJob["onUnit"]>;
}

interface TrainingStage {
  name: string;
  stage: Stage;
  steps(config: TrainerConfig): number;
  isWanted?(config: TrainerConfig): boolean;
}

const TRAINING: readonly TrainingStage[] = [
  {
    name: "pretrain",
    stage: pretrainStage,
    steps: ({ pretrain }) => pretrain.steps,
    isWanted: ({ teach }) => teach.initial === "pretrained",
  },
  { name: "teach", stage: teachStage, steps: ({ teach }) => teach.probe.steps + teach.steps },
  { name: "distil", stage: (job) => distilStage(job), steps: ({ distil }) => distil.steps },
];

/**
 * From pictures to the student package in `<run>/package` and its figures in `<run>/evaluation`.
 *
 * @returns false if it was interrupted (and saved).
 */
export async function runPipeline(pipeline: Pipeline): Promise<boolean> {
  const { config, signal, onMessage } = pipeline;
  const run = runFolder(config);
  const folders = runFolders(run);
  const data = await dataOf(pipeline);
  if (data === null) return false;
  for (const { name, stage, steps, isWanted } of TRAINING) {
    if (isWanted && !isWanted(config)) continue;
    if (signal?.aborted) return false;
    const { stop, ...hooks } = pipeline.watch(steps(config));
    const trained = await stage({ config, data, folders, signal, ...hooks }).finally(stop);
    if (!trained) return false;
    onMessage(`${name}: finished`);
  }
  const mark = await finishMark(config, folders.student);
  const markPath = join(run, "finished");
  if ((await readFile(markPath, "utf8").catch(() => "")) !== mark) {
    if (!(await pack(pipeline, data, folders))) return false;
    await writeFile(markPath, mark);
  }
  onMessage(
    `finished: the package is ${folders.package}, and as one file ${archivePath(folders.package)}`,
  );
  return true;
}

async function pack(
  pipeline: Pipeline,
  data: string,
  { student, package: out }: RunFolders,
): Promise<boolean> {
  const { config, date, signal, onMessage, onPictures } = pipeline;
  const { aucLoss, bytes } = await quantise(data, student, config.quantise.maxAucLoss, onPictures);
  onMessage(`quantise: ${(bytes / 1e6).toFixed(2)} MB, for ${aucLoss.toFixed(4)} AUC`);
  if (signal?.aborted) return false;
  const { files, report } = await packStudent({ config, data, student, out, date, onPictures });
  onMessage(`calibrate: AUC ${report.heldOutAuc.toFixed(3)} on held-out groups`);
  if (signal?.aborted) return false;

  const { split, resamples, robustness } = config.evaluate;
  if (config.data.splits.includes(split)) {
    onMessage(`evaluate: "${split}" was fitted, so nothing is measured there`);
    return true;
  }
  const rows = (await readManifest(data)).filter((row) => row.split === split);
  if (!rows.some(({ label }) => label !== "unlabelled")) {
    onMessage(`evaluate: the data have no labelled split "${split}", so nothing is measured`);
    return true;
  }
  const seed = DEFAULT_SEED;
  const evaluation = await evaluate(files, {
    data,
    split,
    resamples,
    seed,
    robustness,
    onProgress: onPictures,
  });
  const folder = join(runFolder(config), "evaluation");
  await writeEvaluation(folder, evaluation);
  await writeCardMetrics(out, cardMetrics(evaluation.report));
  await writeArchive(out);
  onMessage(`evaluate: the figures are in ${folder}`);
  return true;
}

/** Folder of the face crops, made first where the configuration names a data set; null if interrupted. */
async function dataOf(pipeline: Pipeline): Promise<string | null> {
  const { config, signal, onMessage, onUnit } = pipeline;
  const out = dataFolder(config);
  if (!config.prepare.in) return out;
  const hooks = { signal, onMessage, onUnit };
  const { complete, prefix, report } = await prepareStage(config, config.prepare.in, out, hooks);
  const leftOut = Object.values(report.problems).reduce((sum, count) => sum + count, 0);
  onMessage(
    `prepare: ${report.counts.faces} faces; ${leftOut} problems, all listed in ${reportFile(out, prefix)}`,
  );
  return complete ? out : null;
}

/** Tells whether the package is of this very student and these very settings. */
async function finishMark(config: TrainerConfig, student: string): Promise<string> {
  const { fingerprint, step } = await readTrainedStudent(student);
  const { quantise, calibrate, evaluate } = config;
  const facts = JSON.stringify([fingerprint, step, quantise, calibrate, evaluate]);
  return createHash("sha256").update(facts).digest("hex");
}

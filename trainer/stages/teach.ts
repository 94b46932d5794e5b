// Stage 2 of SCL-KD: the teacher. A fully-connected classifier on the pretrained encoder, with few
// labels: first alone (linear probe), then together with the encoder (fine-tuning).
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../datasets/manifest";
import { loadPictures, type PicturePool } from "../datasets/pictures";
import { aucBySource } from "../evaluation/by-source";
import { cropAll } from "../evaluation/crops";
import { requireSameRun, runFingerprint } from "../moco/fingerprint";
import { StepMeter } from "../moco/step-meter";
import type { Parameters } from "../network/parameters";
import { cosineRate } from "../optimiser/adamw";
import type { Batch } from "../synthesis/batch";
import { type BatchLoader, batchLoader } from "../synthesis/loader";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint";
import { saveRunRecord, type TeachRecord } from "./run-record";
import { batchRecipe } from "./settings";
import { type TrainingSides, teachingSides } from "./sides";
import { StudentTrainer } from "./student-trainer";
import { LinearProbe } from "./teach-probe";
import type { TeachSettings } from "./teach-settings";
import { blankParameters } from "./trained-student";

export interface TeachRun {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: checkpoint, settings and log, as `supervise` leaves them. */
  run: string;
  settings: TeachSettings;
  /** The pretrained encoder, or ImageNet's for the comparison without pretraining. */
  encoder: Parameters;
  /** Where it comes from. */
  origin: TeachRecord["initial"];
  /** When aborted, the step under way is finished and saved. */
  signal?: AbortSignal;
  /** Steps are counted over the probe and fine-tuning together. */
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

/** One line of the run's `log.jsonl`. */
export interface TeachLog {
  phase: "probe" | "tune";
  step: number;
  /** Mean since the line before. */
  loss: number;
  /** On held-out groups: each fake source against all reals, and `all`. */
  auc: Record<string, number>;
  picturesPerSecond: number;
}

/**
 * Teaches, or goes on, until the probe's and fine-tuning's steps are done.
 *
 * @returns the teacher (averaged parameters), or null if the run was interrupted.
 * @throws Error if the data cannot be read, the loss is not finite, or the run folder belongs to
 *   another run.
 */
export async function teach(job: TeachRun): Promise<Parameters | null> {
  const { settings, onMessage = () => {} } = job;
  const { architecture, probe: probing, optimiser } = settings;
  const sides = teachingSides(await readManifest(job.data), settings);
  const files = sides.fit.map(({ file }) => file);
  const fingerprint = runFingerprint(settings, files, job.encoder);
  const probeFolder = join(job.run, "probe");
  await mkdir(job.run, { recursive: true });
  const [probed, tuned] = [await loadCheckpoint(probeFolder), await loadCheckpoint(job.run)];
  requireSameRun(probed, fingerprint, job.run);
  requireSameRun(tuned, fingerprint, job.run);
  await saveRunRecord(job.run, { ...settings, stage: "teach", initial: job.origin });

  const probe =
    probing.steps > 0
      ? new LinearProbe(architecture, job.encoder, optimiser, probed ?? undefined)
      : null;
  let tuning: StudentTrainer | undefined;
  let lesson: Lesson | undefined;
  try {
    const isOver = tuned !== null && tuned.step >= settings.steps;
    if (!isOver) lesson = await openLesson(job, sides, onMessage);
    if (lesson && probe && probe.step < probing.steps) {
      const save = () =>
        saveCheckpoint(probeFolder, { ...probe.state(), ...NO_STATISTICS, fingerprint });
      const span = { phase: "probe", ...probing, warmupSteps: 0, before: 0 } as const;
      if (!(await learn(probe, span, save, lesson, job))) return null;
    }
    const start =
      probe?.parameters() ?? new Map([...blankParameters(architecture), ...job.encoder]);
    tuning = new StudentTrainer(architecture, start, settings, tuned ?? undefined);
    if (lesson) {
      const { steps, peakRate, warmupSteps } = settings;
      const span = { phase: "tune", steps, peakRate, warmupSteps, before: probing.steps } as const;
      const save = async () => {
        await saveCheckpoint(job.run, { ...(tuning as StudentTrainer).state(), fingerprint });
      };
      if (!(await learn(tuning, span, save, lesson, job))) return null;
    }
    return tuning.averagedParameters();
  } finally {
    await lesson?.loader.close();
    probe?.dispose();
    tuning?.dispose();
  }
}

/** A frozen encoder has no statistics that would change. */
const NO_STATISTICS = { statistics: new Float32Array(0), emaStatistics: new Float32Array(0) };

interface Learner {
  readonly step: number;
  train(batch: Batch, learningRate: number): { loss: number };
  predict(pixels: Uint8Array): { logits: Float32Array };
}

interface Span {
  phase: TeachLog["phase"];
  steps: number;
  peakRate: number;
  warmupSteps: number;
  /** Steps of the phases before, so that no phase sees another's batches. */
  before: number;
}

interface Lesson {
  loader: BatchLoader;
  heldOut: PicturePool | null;
  crops: Uint8Array;
}

async function openLesson(
  { data, settings }: TeachRun,
  { fit, heldOut }: TrainingSides,
  onMessage: (message: string) => void,
): Promise<Lesson> {
  const percent = (100 * settings.labelFraction).toFixed(0);
  onMessage(
    `reading ${fit.length} pictures with ${percent} % of the labels, ${heldOut.length} held out`,
  );
  const pool = await loadPictures(data, fit);
  const looked = heldOut.length > 0 ? await loadPictures(data, heldOut) : null;
  for (const { file, reason } of [...pool.broken, ...(looked?.broken ?? [])])
    onMessage(`left out ${file}: ${reason}`);
  const { cropMargin, architecture } = settings;
  return {
    loader: batchLoader(pool, batchRecipe(settings), settings.workers),
    heldOut: looked,
    crops: looked ? cropAll(looked, cropMargin, architecture.inputSize) : new Uint8Array(0),
  };
}

/** Trains to the end of the span; false if it was interrupted (and saved) before. */
async function learn(
  learner: Learner,
  { phase, steps, peakRate, warmupSteps, before }: Span,
  save: () => Promise<void>,
  { loader, heldOut, crops }: Lesson,
  { run, settings, signal, onStep, onMessage = () => {} }: TeachRun,
): Promise<boolean> {
  if (learner.step > 0) onMessage(`resumed at step ${learner.step} of the ${phase}`);
  const meter = new StepMeter();
  while (learner.step < steps && !signal?.aborted) {
    const batch = await loader.take(before + learner.step);
    const rate = cosineRate(learner.step, steps, warmupSteps, peakRate);
    meter.note(learner.train(batch, rate).loss, batch.labels.length);
    onStep?.(before + learner.step, meter.loss, meter.picturesPerSecond);
    if (learner.step % settings.checkpointEvery !== 0 && learner.step !== steps) continue;
    const logits = heldOut ? learner.predict(crops).logits : [];
    const rows = heldOut?.pictures ?? [];
    const scored = rows.map(({ row }, i) => ({ row, logit: logits[i] as number }));
    const entry: TeachLog = {
      phase,
      step: learner.step,
      loss: meter.meanLoss,
      auc: aucBySource(scored),
      picturesPerSecond: meter.picturesPerSecond,
    };
    await save();
    await appendFile(join(run, "log.jsonl"), `${JSON.stringify(entry)}\n`);
    onMessage(
      `${phase}, step ${entry.step}: loss ${entry.loss.toFixed(4)}, ${JSON.stringify(entry.auc)}`,
    );
    meter.restart();
  }
  if (learner.step < steps) await save();
  return learner.step >= steps;
}

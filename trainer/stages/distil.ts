// Stage 3 of SCL-KD: a compact student learns what the teacher says of every face, labelled or not,
// and a little of what the labels say.
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type FaceRow, readManifest } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import { Distiller, type DistilStep, type Teacher } from "../distillation/distiller";
import type { LessonWorkerData } from "../distillation/lesson-worker";
import type { LessonBatch } from "../distillation/lessons";
import { aucBySource } from "../evaluation/by-source";
import { cropAll } from "../evaluation/crops";
import { requireSameRun, runFingerprint } from "../moco/fingerprint";
import { StepMeter } from "../moco/step-meter";
import type { Parameters } from "../network/parameters";
import { cosineRate } from "../optimiser/adamw";
import { OrderedLoader } from "../synthesis/ordered-loader";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint";
import type { DistilSettings } from "./distil-settings";
import { type DistilRecord, saveRunRecord } from "./run-record";
import { distillingSides } from "./sides";

export interface DistilRun {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: the student's checkpoint and settings as `supervise` leaves them, and a log. */
  run: string;
  settings: DistilSettings;
  teacher: Teacher;
  /** Where teacher and `initial` come from. */
  origin: Pick<DistilRecord, "initial" | "teacher">;
  /** What the student starts from: ImageNet's weights, or any of its architecture. */
  initial: Parameters;
  /** When aborted, the step under way is finished and saved. */
  signal?: AbortSignal;
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

/** One line of the run's `log.jsonl`; losses are those of the last step. */
export interface DistilLog extends DistilStep {
  step: number;
  /** Mean loss since the line before. */
  meanLoss: number;
  /** Root mean square of student's minus teacher's logit on held-out groups. */
  logitGap: number;
  /** Their correlation there. */
  logitCorrelation: number;
  /** AUC on held-out groups: each fake source against all reals, and `all`. */
  auc: { student: Record<string, number>; teacher: Record<string, number> };
  picturesPerSecond: number;
}

/**
 * Distils, or goes on, until `settings.steps`.
 *
 * @returns the student (averaged parameters), or null if the run was interrupted.
 * @throws Error if the data cannot be read, the loss is not finite, or the run folder belongs to
 *   another run.
 */
export async function distil(job: DistilRun): Promise<Parameters | null> {
  const { settings, onMessage = () => {} } = job;
  const { architecture, cropMargin, seed } = settings;
  const sides = distillingSides(await readManifest(job.data), settings);
  const files = sides.lessons.map(({ file, label }) => `${label} ${file}`);
  const start = new Map([...prefixed("teacher/", job.teacher.parameters), ...job.initial]);
  const fingerprint = runFingerprint(settings, files, start);
  // The whole state, the projection included, lies in a folder of its own.
  const stateFolder = join(job.run, "distilling");
  await mkdir(job.run, { recursive: true });
  const resumed = await loadCheckpoint(stateFolder);
  requireSameRun(resumed, fingerprint, job.run);
  await saveRunRecord(job.run, { ...settings, stage: "distil", ...job.origin });

  const distiller = new Distiller(job.initial, job.teacher, settings, resumed ?? undefined);
  if (resumed) onMessage(`resumed at step ${resumed.step}`);
  let loader: OrderedLoader<LessonBatch> | undefined;
  try {
    if (distiller.step >= settings.steps) return distiller.averagedParameters();
    onMessage(`reading ${files.length} faces, ${sides.labelled} of them with a label`);
    const pool = await loadPictures(job.data, sides.lessons);
    for (const { file, reason } of pool.broken) onMessage(`left out ${file}: ${reason}`);
    const heldOut = await loadHeldOut(job.data, sides.heldOut, settings, distiller);
    const recipe = { ...settings.batch, cropMargin, seed, inputSize: architecture.inputSize };
    loader = new OrderedLoader<LessonBatch>(
      new URL("../distillation/lesson-worker.ts", import.meta.url),
      { pool: pool.bytes, pictures: pool.pictures, recipe } satisfies LessonWorkerData,
      settings.workers,
    );
    const save = async () => {
      await saveCheckpoint(stateFolder, { ...distiller.state(), fingerprint });
      await saveCheckpoint(job.run, { ...distiller.studentState(), fingerprint });
    };
    const meter = new StepMeter();
    while (distiller.step < settings.steps && !job.signal?.aborted) {
      const { step } = distiller;
      const batch = await loader.take(step);
      const rate = cosineRate(step, settings.steps, settings.warmupSteps, settings.peakRate);
      const result = distiller.train(batch, rate);
      meter.note(result.loss, batch.labels.length);
      job.onStep?.(distiller.step, meter.loss, meter.picturesPerSecond);
      if (distiller.step % settings.checkpointEvery && distiller.step !== settings.steps) continue;
      const entry: DistilLog = {
        step: distiller.step,
        meanLoss: meter.meanLoss,
        ...result,
        ...compare(distiller, heldOut),
        picturesPerSecond: meter.picturesPerSecond,
      };
      await save();
      await appendFile(join(job.run, "log.jsonl"), `${JSON.stringify(entry)}\n`);
      onMessage(
        `step ${entry.step}: loss ${entry.meanLoss.toFixed(4)}, logits ${entry.logitGap.toFixed(3)} ` +
          `from the teacher's, ${JSON.stringify(entry.auc.student)}`,
      );
      meter.restart();
    }
    if (distiller.step < settings.steps) {
      await save();
      return null;
    }
    return distiller.averagedParameters();
  } finally {
    await loader?.close();
    distiller.dispose();
  }
}

interface HeldOut {
  rows: FaceRow[];
  crops: Uint8Array;
  /** The teacher's logits; it does not change. */
  teacher: Float32Array;
}

async function loadHeldOut(
  data: string,
  rows: FaceRow[],
  { cropMargin, architecture }: DistilSettings,
  distiller: Distiller,
): Promise<HeldOut> {
  if (rows.length === 0) return { rows, crops: new Uint8Array(0), teacher: new Float32Array(0) };
  const pool = await loadPictures(data, rows);
  const crops = cropAll(pool, cropMargin, architecture.inputSize);
  const teacher = distiller.predictAsTeacher(crops);
  return { rows: pool.pictures.map(({ row }) => row), crops, teacher };
}

function compare(distiller: Distiller, { rows, crops, teacher }: HeldOut) {
  const student = distiller.predict(crops);
  const score = (logits: Float32Array) =>
    aucBySource(rows.map((row, i) => ({ row, logit: logits[i] as number })));
  return {
    logitGap: rootMeanSquareGap(student, teacher),
    logitCorrelation: correlation(student, teacher),
    auc: { student: score(student), teacher: score(teacher) },
  };
}

function rootMeanSquareGap(a: Float32Array, b: Float32Array): number {
  return Math.sqrt(
    a.reduce((sum, value, i) => sum + (value - (b[i] as number)) ** 2, 0) / a.length,
  );
}

/** Pearson's. */
function correlation(a: Float32Array, b: Float32Array): number {
  const mean = (values: Float32Array) => values.reduce((sum, v) => sum + v, 0) / values.length;
  const [ma, mb] = [mean(a), mean(b)];
  let [ab, aa, bb] = [0, 0, 0];
  a.forEach((value, i) => {
    const [da, db] = [value - ma, (b[i] as number) - mb];
    ab += da * db;
    aa += da * da;
    bb += db * db;
  });
  return ab / Math.sqrt(aa * bb);
}

function prefixed(prefix: string, parameters: Parameters): Parameters {
  return new Map([...parameters].map(([name, parameter]) => [`${prefix}${name}`, parameter]));
}

// Stage 3 of SCL-KD: a compact student learns what its teachers say of every face, labelled or not,
// and a little of what the labels say.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Distiller, type DistilStep } from "../distillation/distiller";
import { inheritedParameters } from "../distillation/inherit";
import { hasOwnView, type LessonBatch, type LessonRecipe } from "../distillation/lessons";
import { ownViewSizes, type Teacher } from "../distillation/teachers";
import { cropAll } from "../evaluation/crops";
import type { Parameters } from "../network/parameters";
import { initialParameters } from "../weights/initial";
import { batchRows, stageBatches } from "./batches";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint";
import type { DistilSettings } from "./distil-settings";
import { requireSameRun, runFingerprint } from "./fingerprint";
import { type HeldOut, heldOutAucs, loadHeldOut } from "./held-out";
import { stageRows } from "./rows";
import { type DistilRecord, type DistilStart, saveRunRecord } from "./run-record";
import { distillingSides } from "./sides";
import { type LogEntry, type StageHooks, trainSteps } from "./training-loop";

export interface DistilRun extends StageHooks {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: the student's checkpoint and settings as `supervise` leaves them, and a log. */
  run: string;
  settings: DistilSettings;
  /** At least one; the student learns the mean of what they say. */
  teachers: readonly Teacher[];
  /** Where they and `initial` come from. */
  origin: Pick<DistilRecord, "initial" | "teacher" | "otherTeachers">;
  /** What the student starts from; see `studentStart`. */
  initial: Parameters;
}

interface DistilLook {
  /** Root mean square of student's minus teachers' mean logit on held-out groups. */
  logitGap: number;
  /** Their correlation there. */
  logitCorrelation: number;
  /** On held-out groups; see `heldOutAucs`. */
  auc: { student: Record<string, number>; teacher: Record<string, number> };
}

/** One line of the run's `log.jsonl`. */
export type DistilLog = LogEntry<DistilStep, DistilLook>;

/** The student's first parameters. @throws RangeError if it is to be a cut of its teacher and is none. */
export async function studentStart(
  from: DistilStart,
  teacher: Teacher,
  { architecture, seed }: Pick<DistilSettings, "architecture" | "seed">,
): Promise<Parameters> {
  if (from === "teacher") return inheritedParameters(architecture, teacher);
  return initialParameters(from, architecture, seed);
}

/**
 * Distils, or goes on, until `settings.steps`.
 *
 * @returns the student (averaged parameters), or null if the run was interrupted.
 * @throws Error if the data cannot be read, the loss is not finite, or the run folder belongs to
 *   another run.
 * @throws RangeError if there is no teacher.
 */
export async function distil(job: DistilRun): Promise<Parameters | null> {
  const { settings, onMessage = () => {} } = job;
  const { architecture, cropMargin, seed } = settings;
  const sides = distillingSides(await stageRows(job.data, onMessage), settings);
  const files = sides.lessons.map(({ file, label }) => `${label} ${file}`);
  const start = new Map([
    ...job.teachers.flatMap(({ parameters }, i) => [
      ...prefixed(i > 0 ? `teacher${i + 1}/` : "teacher/", parameters),
    ]),
    ...job.initial,
  ]);
  const fingerprint = runFingerprint(settings, files, start);
  // The whole state, the projection included, lies in a folder of its own.
  const stateFolder = join(job.run, "distilling");
  await mkdir(job.run, { recursive: true });
  const resumed = await loadCheckpoint(stateFolder);
  requireSameRun(resumed, fingerprint, job.run);
  await saveRunRecord(job.run, { ...settings, stage: "distil", ...job.origin });

  const distiller = new Distiller(job.initial, job.teachers, settings, resumed ?? undefined);
  const { inputSize } = architecture;
  // Where teachers have a view of their own, its size is theirs too: a smaller input is a loss as well.
  const isTheirOwn = hasOwnView(settings.batch.teacherView);
  const teacherSizes = isTheirOwn ? ownViewSizes(job.teachers) : undefined;
  const recipe = { ...settings.batch, cropMargin, seed, inputSize, teacherSizes };
  const lessons = stageBatches<LessonBatch, LessonRecipe>(job, {
    worker: new URL("../distillation/lesson-worker.ts", import.meta.url),
    recipe,
    rows: await batchRows(job.data, sides.lessons, settings.batch),
    workers: settings.workers,
    reading: `reading ${files.length} faces, ${sides.labelled} of them with a label`,
  });
  try {
    if (distiller.step >= settings.steps) return distiller.averagedParameters();
    const heldOut = await loadHeldOut(job.data, sides, settings, onMessage);
    // Teachers do not change: they are asked once.
    const { pool } = heldOut;
    const teacherLogits = distiller.predictAsTeacher((size) =>
      pool && isTheirOwn && size !== inputSize
        ? { pixels: cropAll(pool, cropMargin, size), side: size }
        : { pixels: heldOut.crops, side: inputSize },
    );
    const isDone = await trainSteps(
      {
        phase: "distil",
        run: job.run,
        learner: distiller,
        take: (index) => lessons.take(index),
        batchSize: settings.batch.faces + settings.batch.blends,
        settings,
        save: async () => {
          await saveCheckpoint(stateFolder, { ...distiller.state(), fingerprint });
          await saveCheckpoint(job.run, { ...distiller.studentState(), fingerprint });
        },
        look: () => compare(distiller.predict(heldOut.crops), teacherLogits, heldOut),
        say: ({ logitGap, auc }) =>
          `logits ${logitGap.toFixed(3)} from the teacher's, ${JSON.stringify(auc.student)}`,
      },
      job,
    );
    return isDone ? distiller.averagedParameters() : null;
  } finally {
    await lessons.close();
    distiller.dispose();
  }
}

function compare(student: Float32Array, teacher: Float32Array, heldOut: HeldOut): DistilLook {
  return {
    logitGap: rootMeanSquareGap(student, teacher),
    logitCorrelation: correlation(student, teacher),
    auc: { student: heldOutAucs(heldOut, student), teacher: heldOutAucs(heldOut, teacher) },
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

// Stage 2 of SCL-KD: the teacher. A fully-connected classifier on the pretrained encoder, with few
// labels: first alone (linear probe), then together with the encoder (fine-tuning). Without the probe
// it is supervised training, which is what the student alone is compared by.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { auc } from "../evaluation/auc";
import { meanLogitOfReals } from "../evaluation/by-source";
import { blankParameters, type Parameters } from "../network/parameters";
import { type Batch, BatchMaker, type BatchRecipe } from "../synthesis/batch";
import type { BatchSource } from "../synthesis/kept-batches";
import { batchRows, stageBatches } from "./batches";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint";
import { requireSameRun, runFingerprint } from "./fingerprint";
import { type HeldOut, heldOutAucs, loadHeldOut } from "./held-out";
import { stageRows } from "./rows";
import { saveRunRecord, type TeachRecord } from "./run-record";
import { batchRecipe } from "./settings";
import { type TrainingSides, teachingSides } from "./sides";
import type { StepValues } from "./step-meter";
import { StudentTrainer } from "./student-trainer";
import { LinearProbe } from "./teach-probe";
import type { TeachSettings } from "./teach-settings";
import { type Learner, type LogEntry, type StageHooks, trainSteps } from "./training-loop";

/** Steps are counted over the probe and fine-tuning together. */
export interface TeachRun extends StageHooks {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: checkpoint, settings and log. */
  run: string;
  settings: TeachSettings;
  /** The pretrained encoder, or ImageNet's for the comparison without pretraining. */
  encoder: Parameters;
  /** Where it comes from. */
  origin: TeachRecord["initial"];
}

interface TeachLook {
  /** On held-out groups (see `heldOutAucs`), and on `pseudoFakes` of their reals. */
  auc: Record<string, number>;
  /** By source: one that drifts upwards will raise false alarms. */
  meanLogitOfReals: Record<string, number>;
}

/** One line of the run's `log.jsonl`; the phase is `probe` or `tune`. */
export type TeachLog = LogEntry<StepValues, TeachLook>;

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
  const sides = teachingSides(await stageRows(job.data, onMessage), settings);
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
    if (!isOver) lesson = await openLesson(job, sides);
    if (lesson && probe && probe.step < probing.steps) {
      const span = { phase: "probe", ...probing, warmupSteps: 0, before: 0 };
      const save = () =>
        saveCheckpoint(probeFolder, { ...probe.state(), ...NO_STATISTICS, fingerprint });
      if (!(await learn(probe, span, save, lesson, job))) return null;
    }
    const start = probe?.parameters() ?? withOutputs(job.encoder, architecture);
    const student = new StudentTrainer(architecture, start, settings, tuned ?? undefined);
    tuning = student;
    if (lesson) {
      const { steps, peakRate, warmupSteps } = settings;
      const span = { phase: "tune", steps, peakRate, warmupSteps, before: probing.steps };
      const save = () => saveCheckpoint(job.run, { ...student.state(), fingerprint });
      if (!(await learn(student, span, save, lesson, job))) return null;
    }
    return student.averagedParameters();
  } finally {
    await lesson?.batches.close();
    probe?.dispose();
    tuning?.dispose();
  }
}

/** A frozen encoder has no statistics that would change. */
const NO_STATISTICS = { statistics: new Float32Array(0), emaStatistics: new Float32Array(0) };

/** Outputs start at zero, at the prior, unless the encoder brings its own. */
function withOutputs(encoder: Parameters, architecture: TeachSettings["architecture"]): Parameters {
  return new Map([...blankParameters(architecture), ...encoder]);
}

interface Lesson {
  batches: BatchSource<Batch>;
  heldOut: HeldOut;
  /** Held-out reals with their pseudo-fakes. */
  pseudo: Batch[];
}

async function openLesson(job: TeachRun, sides: TrainingSides): Promise<Lesson> {
  const { data, settings, onMessage } = job;
  const percent = (100 * settings.labelFraction).toFixed(0);
  const rows = await batchRows(data, sides.fit, settings.batch);
  const batches = stageBatches<Batch, BatchRecipe>(job, {
    worker: new URL("../synthesis/worker.ts", import.meta.url),
    recipe: batchRecipe(settings),
    rows,
    workers: settings.workers,
    reading: `reading ${sides.fit.length} pictures with ${percent} % of the labels, ${sides.heldOut.length} held out`,
  });
  const heldOut = await loadHeldOut(data, sides, settings, onMessage);
  const pseudo = await pseudoFakes(heldOut, settings);
  return { batches, heldOut, pseudo };
}

/** Batches of `PSEUDO_PAIRS` held-out reals, each with a pseudo-fake of itself. */
const PSEUDO_BATCHES = 5;
const PSEUDO_PAIRS = 16;

async function pseudoFakes({ pool, rows }: HeldOut, settings: TeachSettings): Promise<Batch[]> {
  if (!pool || !rows.some(({ label }) => label === "real")) return [];
  const recipe = { ...batchRecipe(settings), pairs: PSEUDO_PAIRS, labelled: 0 };
  const maker = new BatchMaker(pool.bytes, pool.pictures, { ...recipe, seed: recipe.seed + 1 });
  return Promise.all(Array.from({ length: PSEUDO_BATCHES }, (_, index) => maker.make(index)));
}

interface Span {
  phase: string;
  steps: number;
  peakRate: number;
  warmupSteps: number;
  before: number;
}

type Scoring = Learner<Batch, StepValues> & { predict(pixels: Uint8Array): Float32Array };

/** Trains to the end of the span; false if it was interrupted (and saved) before. */
function learn(
  learner: Scoring,
  { phase, before, ...span }: Span,
  save: () => Promise<void>,
  lesson: Lesson,
  { settings, run, ...hooks }: TeachRun,
): Promise<boolean> {
  const { checkpointEvery, batch } = settings;
  return trainSteps(
    {
      phase,
      run,
      learner,
      take: (index) => lesson.batches.take(index),
      batchSize: 2 * (batch.pairs + batch.labelled),
      settings: { ...span, checkpointEvery },
      before,
      save,
      look: () => look(learner, lesson),
      say: ({ auc }) => JSON.stringify(auc),
    },
    hooks,
  );
}

function look(learner: Scoring, { heldOut, pseudo }: Lesson): TeachLook {
  const logits = learner.predict(heldOut.crops);
  const real: number[] = [];
  const fake: number[] = [];
  for (const { pixels, labels } of pseudo) {
    const scores = learner.predict(pixels);
    labels.forEach((label, i) => (label === 1 ? fake : real).push(scores[i] as number));
  }
  const scored = heldOut.rows.map((row, i) => ({ row, logit: logits[i] as number }));
  return {
    auc: { ...heldOutAucs(heldOut, logits), pseudoFakes: auc(real, fake) },
    meanLogitOfReals: meanLogitOfReals(scored),
  };
}

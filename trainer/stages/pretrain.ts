// Stage 1 of SCL-KD: momentum contrast on faces whose labels nobody reads. It ends in an encoder
// whose features tell faces, and faces from their own pseudo-fakes, apart.
import { mkdir } from "node:fs/promises";
import type { FaceRow } from "../datasets/manifest";
import { loadPictures, type PicturePool } from "../datasets/pictures";
import { cropAll } from "../evaluation/crops";
import { loadMoCo, saveMoCo } from "../moco/checkpoint";
import { MoCo, type MoCoStep } from "../moco/moco";
import { nearestNeighbourAccuracy } from "../moco/nearest-neighbours";
import type { ViewBatch, ViewRecipe } from "../moco/views";
import { blankParameters, type Parameters } from "../network/parameters";
import { stageBatches } from "./batches";
import { requireSameRun, runFingerprint } from "./fingerprint";
import type { PretrainSettings } from "./pretrain-settings";
import { stageRows } from "./rows";
import {
  type PretrainRecord,
  type PublishedWeights,
  readRunRecord,
  saveRunRecord,
} from "./run-record";
import { type PretrainingSides, pretrainingSides } from "./sides";
import { type LogEntry, type StageHooks, trainSteps } from "./training-loop";

export interface PretrainRun extends StageHooks {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: checkpoint, settings and log. */
  run: string;
  settings: PretrainSettings;
  /** What the encoder starts from: ImageNet's, or any of its architecture. */
  initial: Parameters;
  /** Where they come from. */
  origin: PublishedWeights;
}

/**
 * One line of the run's `log.jsonl`. The loss rises while the queue fills: the random keys it starts
 * with are easily told from pictures. `neighbourAccuracy` is balanced accuracy, real against fake, of
 * the frozen features on held-out groups; chance is 0.5.
 */
export type PretrainLog = LogEntry<MoCoStep, { neighbourAccuracy: number }>;

/**
 * Pretrains, or goes on, until `settings.steps`.
 *
 * @returns the encoder, or null if the run was interrupted.
 * @throws Error if the data cannot be read, the loss is not finite, or the run folder belongs to
 *   another run.
 */
export async function pretrain(job: PretrainRun): Promise<Parameters | null> {
  const { settings, onMessage = () => {} } = job;
  const sides = pretrainingSides(await stageRows(job.data, onMessage), settings);
  const files = sides.seen.map(({ file }) => file);
  const fingerprint = runFingerprint(settings, files, job.initial);
  await mkdir(job.run, { recursive: true });
  const resumed = await loadMoCo(job.run);
  requireSameRun(resumed, fingerprint, job.run);
  await saveRunRecord(job.run, { ...settings, stage: "pretrain", initial: job.origin });

  const moco = new MoCo(job.initial, settings, resumed ?? undefined);
  if (moco.step >= settings.steps) return finished(moco);

  const monitor = await loadMonitor(job.data, sides, settings);
  const { n, leastArea, blended, cropMargin, seed } = settings;
  const { inputSize } = settings.architecture;
  const recipe = { n, leastArea, blended, cropMargin, seed, inputSize };
  const views = stageBatches<ViewBatch, ViewRecipe>(job, {
    worker: new URL("../moco/view-worker.ts", import.meta.url),
    recipe,
    rows: sides.seen,
    workers: settings.workers,
    reading: `reading ${files.length} pictures, ${sides.heldOut.length} labelled ones held out`,
  });
  try {
    const isDone = await trainSteps(
      {
        phase: "pretrain",
        run: job.run,
        learner: moco,
        take: (index) => views.take(index),
        batchSize: n,
        settings,
        save: () => saveMoCo(job.run, { ...moco.state(), fingerprint }),
        look: () => ({ neighbourAccuracy: lookAtMonitor(moco, monitor, settings) }),
        say: ({ neighbourAccuracy }) => `nearest neighbours ${neighbourAccuracy.toFixed(3)}`,
      },
      job,
    );
    return isDone ? moco.encoder() : null;
  } finally {
    await views.close();
    moco.dispose();
  }
}

export interface PretrainedEncoder {
  settings: PretrainRecord;
  encoder: Parameters;
  step: number;
}

/** The encoder of a finished or interrupted run. @throws Error if the folder holds none. */
export async function readPretrainedEncoder(run: string): Promise<PretrainedEncoder> {
  const settings = await readRunRecord(run, "pretrain");
  const checkpoint = await loadMoCo(run);
  if (!checkpoint) throw new Error(`${run} holds no checkpoint of \`pretrain\` yet`);
  const encoder = finished(new MoCo(blankParameters(settings.architecture), settings, checkpoint));
  return { settings, encoder, step: checkpoint.step };
}

function finished(moco: MoCo): Parameters {
  const encoder = moco.encoder();
  moco.dispose();
  return encoder;
}

interface MonitoredSide {
  crops: Uint8Array;
  labels: number[];
}

/** Null where there is nothing to compare. */
type Monitor = { bank: MonitoredSide; heldOut: MonitoredSide } | null;

async function loadMonitor(data: string, sides: PretrainingSides, settings: PretrainSettings) {
  if (sides.bank.length === 0 || sides.heldOut.length === 0) return null;
  const side = async (rows: FaceRow[]): Promise<MonitoredSide> => {
    const pool: PicturePool = await loadPictures(data, rows);
    return {
      crops: cropAll(pool, settings.cropMargin, settings.architecture.inputSize),
      labels: pool.pictures.map(({ row }) => (row.label === "fake" ? 1 : 0)),
    };
  };
  return { bank: await side(sides.bank), heldOut: await side(sides.heldOut) };
}

function lookAtMonitor(moco: MoCo, monitor: Monitor, { neighbours }: PretrainSettings): number {
  if (!monitor) return Number.NaN;
  const embed = ({ crops, labels }: MonitoredSide) => ({ features: moco.features(crops), labels });
  return nearestNeighbourAccuracy(embed(monitor.bank), embed(monitor.heldOut), neighbours);
}

// Stage 1 of SCL-KD: momentum contrast on faces whose labels nobody reads. It ends in an encoder
// whose features tell faces, and faces from their own pseudo-fakes, apart.
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { type FaceRow, readManifest } from "../datasets/manifest";
import { loadPictures, type PicturePool } from "../datasets/pictures";
import { cropAll } from "../evaluation/crops";
import { loadMoCo, saveMoCo } from "../moco/checkpoint";
import { requireSameRun, runFingerprint } from "../moco/fingerprint";
import { MoCo } from "../moco/moco";
import { nearestNeighbourAccuracy } from "../moco/nearest-neighbours";
import { StepMeter } from "../moco/step-meter";
import type { ViewWorkerData } from "../moco/view-worker";
import type { ViewBatch } from "../moco/views";
import type { Parameters } from "../network/parameters";
import { cosineRate } from "../optimiser/adamw";
import { OrderedLoader } from "../synthesis/ordered-loader";
import type { PretrainSettings } from "./pretrain-settings";
import {
  type PretrainRecord,
  type PublishedWeights,
  readRunRecord,
  saveRunRecord,
} from "./run-record";
import { type PretrainingSides, pretrainingSides } from "./sides";
import { blankParameters } from "./trained-student";

export interface PretrainRun {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: checkpoint, settings and log. */
  run: string;
  settings: PretrainSettings;
  /** What the encoder starts from: ImageNet's, or any of its architecture. */
  initial: Parameters;
  /** Where they come from. */
  origin: PublishedWeights;
  /** When aborted, the step under way is finished and saved. */
  signal?: AbortSignal;
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

/** One line of the run's `log.jsonl`. */
export interface PretrainLog {
  step: number;
  /**
   * Mean since the line before. It rises while the queue fills: the random keys it starts with are
   * easily told from pictures.
   */
  loss: number;
  /** Share of queries nearer to their key than to every negative. */
  contrastAccuracy: number;
  /** Balanced accuracy, real against fake, of the frozen features on held-out groups; chance 0.5. */
  neighbourAccuracy: number;
  picturesPerSecond: number;
}

/**
 * Pretrains, or goes on, until `settings.steps`.
 *
 * @returns the encoder, or null if the run was interrupted.
 * @throws Error if the data cannot be read, the loss is not finite, or the run folder belongs to
 *   another run.
 */
export async function pretrain(job: PretrainRun): Promise<Parameters | null> {
  const { settings, onMessage = () => {} } = job;
  const sides = pretrainingSides(await readManifest(job.data), settings);
  const files = sides.seen.map(({ file }) => file);
  const fingerprint = runFingerprint(settings, files, job.initial);
  await mkdir(job.run, { recursive: true });
  const resumed = await loadMoCo(job.run);
  requireSameRun(resumed, fingerprint, job.run);
  await saveRunRecord(job.run, { ...settings, stage: "pretrain", initial: job.origin });

  const moco = new MoCo(job.initial, settings, resumed ?? undefined);
  if (resumed) onMessage(`resumed at step ${resumed.step}`);
  if (moco.step >= settings.steps) return finished(moco);

  onMessage(`reading ${files.length} pictures, ${sides.heldOut.length} labelled ones held out`);
  const pool = await loadPictures(job.data, sides.seen);
  const monitor = await loadMonitor(job.data, sides, settings);
  for (const { file, reason } of pool.broken) onMessage(`left out ${file}: ${reason}`);

  const { n, leastArea, blended, cropMargin, seed } = settings;
  const { inputSize } = settings.architecture;
  const recipe = { n, leastArea, blended, cropMargin, seed, inputSize };
  const loader = new OrderedLoader<ViewBatch>(
    new URL("../moco/view-worker.ts", import.meta.url),
    { pool: pool.bytes, pictures: pool.pictures, recipe } satisfies ViewWorkerData,
    settings.workers,
  );
  const save = () => saveMoCo(job.run, { ...moco.state(), fingerprint });
  const meter = new StepMeter();
  let told = 0;
  try {
    while (moco.step < settings.steps && !job.signal?.aborted) {
      const batch = await loader.take(moco.step);
      const rate = cosineRate(moco.step, settings.steps, settings.warmupSteps, settings.peakRate);
      const { loss, accuracy } = moco.train(batch, rate);
      meter.note(loss, n);
      told += accuracy * n;
      job.onStep?.(moco.step, meter.loss, meter.picturesPerSecond);
      if (moco.step % settings.checkpointEvery === 0 || moco.step === settings.steps) {
        const entry: PretrainLog = {
          step: moco.step,
          loss: meter.meanLoss,
          contrastAccuracy: told / meter.pictures,
          neighbourAccuracy: lookAtMonitor(moco, monitor, settings),
          picturesPerSecond: meter.picturesPerSecond,
        };
        await save();
        await appendFile(join(job.run, "log.jsonl"), `${JSON.stringify(entry)}\n`);
        onMessage(
          `step ${entry.step}: loss ${entry.loss.toFixed(4)}, ` +
            `nearest neighbours ${entry.neighbourAccuracy.toFixed(3)}`,
        );
        meter.restart();
        told = 0;
      }
    }
    if (moco.step < settings.steps) {
      await save();
      return null;
    }
    return moco.encoder();
  } finally {
    await loader.close();
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

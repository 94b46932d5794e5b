// Supervised training of the student: labelled fakes and pseudo-fakes against real faces, from
// ImageNet weights. Runs can be interrupted and resumed to the same result.
import { createHash } from "node:crypto";
import { appendFile, mkdir } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../datasets/manifest";
import { loadPictures, type PicturePool } from "../datasets/pictures";
import { auc } from "../evaluation/auc";
import { aucBySource, meanLogitOfReals } from "../evaluation/by-source";
import { cropAll } from "../evaluation/crops";
import type { Parameters } from "../network/parameters";
import { cosineRate } from "../optimiser/adamw";
import type { Batch } from "../synthesis/batch";
import { BatchMaker } from "../synthesis/batch";
import { batchLoader } from "../synthesis/loader";
import { loadCheckpoint, saveCheckpoint } from "./checkpoint";
import { batchRecipe, type SuperviseSettings, saveRunSettings } from "./settings";
import { type TrainingSides, trainingSplit } from "./sides";
import { StudentTrainer } from "./student-trainer";

export interface SuperviseRun {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the run: checkpoint and log. */
  run: string;
  settings: SuperviseSettings;
  initial: Parameters;
  /** When aborted, the step under way is finished and saved. */
  signal?: AbortSignal;
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

/** Held-out crops, and pseudo-fakes of the held-out reals, for a look during training. */
interface HeldOut {
  pool: PicturePool;
  crops: Uint8Array;
  pseudo: Batch[];
}

/** Two runs resume into each other only if everything that shapes a step is the same. */
export function settingsFingerprint(settings: SuperviseSettings): string {
  const { workers: _workers, checkpointEvery: _every, ...shaping } = settings;
  return createHash("sha256").update(JSON.stringify(shaping)).digest("hex").slice(0, 16);
}

/**
 * Trains, or goes on training, until `settings.steps`.
 *
 * @returns the trained (averaged) parameters, or null if the run was interrupted.
 * @throws Error if the data cannot be read, the loss is not finite, or the run folder belongs to
 *   other settings.
 */
export async function supervise(job: SuperviseRun): Promise<Parameters | null> {
  const { settings, onMessage = () => {} } = job;
  const fingerprint = settingsFingerprint(settings);
  await mkdir(job.run, { recursive: true });
  const resumed = await loadCheckpoint(job.run);
  if (resumed && resumed.fingerprint !== fingerprint)
    throw new Error(`${job.run} holds a run with other settings; choose another --run folder`);

  await saveRunSettings(job.run, settings);
  const split = trainingSplit(await readManifest(job.data), settings);
  onMessage(`reading ${split.fit.length} pictures to fit, ${split.heldOut.length} held out`);
  const pool = await loadPictures(job.data, split.fit);
  const heldOut = await loadHeldOut(job.data, split, settings);
  for (const { file, reason } of [...pool.broken, ...heldOut.pool.broken])
    onMessage(`left out ${file}: ${reason}`);

  const trainer = new StudentTrainer(
    settings.architecture,
    job.initial,
    settings,
    resumed ?? undefined,
  );
  if (resumed) onMessage(`resumed at step ${resumed.step}`);
  const loader = batchLoader(pool, batchRecipe(settings), settings.workers);
  const save = () => saveCheckpoint(job.run, { ...trainer.state(), fingerprint });
  const log = (entry: object) =>
    appendFile(join(job.run, "log.jsonl"), `${JSON.stringify(entry)}\n`);

  let loss = Number.NaN;
  let since = performance.now();
  let pictures = 0;
  try {
    while (trainer.step < settings.steps && !job.signal?.aborted) {
      const { step } = trainer;
      const batch = await loader.take(step);
      const rate = cosineRate(step, settings.steps, settings.warmupSteps, settings.peakRate);
      const result = trainer.train(batch, rate);
      loss = Number.isNaN(loss) ? result.loss : 0.98 * loss + 0.02 * result.loss;
      pictures += batch.labels.length;
      const seconds = (performance.now() - since) / 1000;
      job.onStep?.(trainer.step, loss, pictures / seconds);
      if (trainer.step % settings.checkpointEvery === 0 || trainer.step === settings.steps) {
        const look = lookAtHeldOut(trainer, heldOut);
        await save();
        await log({ step: trainer.step, loss, picturesPerSecond: pictures / seconds, ...look });
        onMessage(`step ${trainer.step}: loss ${loss.toFixed(4)}, ${JSON.stringify(look.auc)}`);
        since = performance.now();
        pictures = 0;
      }
    }
    if (trainer.step < settings.steps) {
      await save();
      return null;
    }
    return trainer.averagedParameters();
  } finally {
    await loader.close();
    trainer.dispose();
  }
}

async function loadHeldOut(
  data: string,
  split: TrainingSides,
  settings: SuperviseSettings,
): Promise<HeldOut> {
  const pool = await loadPictures(data, split.heldOut);
  const crops = cropAll(pool, settings.cropMargin, settings.architecture.inputSize);
  const recipe = { ...batchRecipe(settings), pairs: 16, labelled: 0, seed: settings.seed + 1 };
  const maker = new BatchMaker(pool.bytes, pool.pictures, recipe);
  const pseudo = await Promise.all([0, 1, 2, 3, 4].map((index) => maker.make(index)));
  return { pool, crops, pseudo };
}

function lookAtHeldOut(trainer: StudentTrainer, { pool, crops, pseudo }: HeldOut) {
  const { logits } = trainer.predict(crops);
  const scored = pool.pictures.map(({ row }, i) => ({ row, logit: logits[i] as number }));
  const real: number[] = [];
  const fake: number[] = [];
  for (const batch of pseudo) {
    const scores = trainer.predict(batch.pixels).logits;
    batch.labels.forEach((label, i) => {
      (label === 1 ? fake : real).push(scores[i] as number);
    });
  }
  return {
    auc: { ...aucBySource(scored), pseudoFakes: auc(real, fake) },
    meanLogitOfReals: meanLogitOfReals(scored),
  };
}

// Runs one step of a table: the stage it names, in a folder of its own, from the folders of the steps
// it needs.

import { type FaceRow, readManifest } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import { cropAll } from "../evaluation/crops";
import { frozenLogits, frozenWeights } from "../network/frozen";
import type { Parameters } from "../network/parameters";
import { distil, studentStart } from "../stages/distil";
import { pretrain, readPretrainedEncoder } from "../stages/pretrain";
import { trainingSplit } from "../stages/sides";
import { teach } from "../stages/teach";
import { readTrainedStudent } from "../stages/trained-student";
import { initialParameters } from "../weights/initial";
import type { PretrainStep, ScoreStep, Step, TeachStep } from "./plan";
import { type ScoredPicture, writeScores } from "./scores";
import { stepFolder } from "./step-state";

export interface StepContext {
  /** Folder of the pictures, with `manifest.jsonl`. */
  data: string;
  /** Folder of the table. */
  table: string;
  /** Folder of batches that steps share; without it every step makes its own. */
  batches?: string;
  signal?: AbortSignal;
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

/**
 * Runs a step, or goes on with it.
 *
 * @returns false if it was interrupted, and then saved.
 * @throws Error naming the folder or picture where the stage cannot go on.
 */
export async function runStep(step: Step, context: StepContext): Promise<boolean> {
  if (step.kind === "score") return score(step, context);
  const { table, ...rest } = context;
  const run = stepFolder(table, step.id);
  switch (step.kind) {
    case "pretrain": {
      const { settings, start: origin } = step;
      const initial = await published(step);
      return (await pretrain({ ...rest, run, settings, initial, origin })) !== null;
    }
    case "teach": {
      const { settings, encoder: from, start } = step;
      const pretrained = from ? await readPretrainedEncoder(stepFolder(table, from)) : null;
      const encoder = pretrained?.encoder ?? (await published(step));
      const origin = pretrained?.settings ?? start;
      return (await teach({ ...rest, run, settings, encoder, origin })) !== null;
    }
    case "distil": {
      const { settings, start } = step;
      const taught = await readTrainedStudent(stepFolder(table, step.teacher));
      const teacher = {
        architecture: taught.settings.architecture,
        parameters: taught.parameters,
      };
      const initial = await studentStart(start, teacher, settings);
      const origin = { initial: start, teacher: taught.settings };
      return (
        (await distil({ ...rest, run, settings, teachers: [teacher], initial, origin })) !== null
      );
    }
  }
}

/** Weights that no step has trained. */
function published({ start, settings }: PretrainStep | TeachStep): Promise<Parameters> {
  return initialParameters(start, settings.architecture, settings.seed);
}

/** Pictures decoded at a time, to bound memory. */
const CHUNK = 256;

/** Scores with the network as trained, not quantised. */
async function score(step: ScoreStep, context: StepContext): Promise<boolean> {
  const { data, table, signal, onMessage } = context;
  const { parameters, settings } = await readTrainedStudent(stepFolder(table, step.of));
  const { architecture, cropMargin } = settings;
  const seen = await rowsToScore(step, data);
  const weights = frozenWeights(parameters);
  const scored: ScoredPicture[] = [];
  try {
    for (let from = 0; from < seen.length && !signal?.aborted; from += CHUNK) {
      const chunk = seen.slice(from, from + CHUNK);
      const sides = new Map(chunk.map(({ row, side }) => [row, side]));
      const pool = await loadPictures(data, [...sides.keys()]);
      for (const { file, reason } of pool.broken) onMessage?.(`left out ${file}: ${reason}`);
      const crops = cropAll(pool, cropMargin, architecture.inputSize);
      const logits = frozenLogits(architecture, weights, crops);
      pool.pictures.forEach(({ row }, i) => {
        const { file, source, generator, group, video } = row;
        scored.push({
          file,
          label: row.label === "fake" ? "fake" : "real",
          source,
          generator,
          group,
          ...(video !== undefined && { video }),
          side: sides.get(row) as string,
          logit: logits[i] as number,
        });
      });
    }
  } finally {
    for (const weight of weights.values()) weight.dispose();
  }
  if (signal?.aborted) return false;
  await writeScores(stepFolder(table, step.id), scored);
  return true;
}

async function rowsToScore(
  { split, settings }: ScoreStep,
  data: string,
): Promise<{ row: FaceRow; side: string }[]> {
  const rows = await readManifest(data);
  if (split !== null)
    return rows
      .filter((row) => row.split === split && row.label !== "unlabelled")
      .map((row) => ({ row, side: split }));
  const { heldOut, leftOut } = trainingSplit(rows, settings);
  return [
    ...heldOut.map((row) => ({ row, side: "held-out" })),
    ...leftOut.map((row) => ({ row, side: "left-out" })),
  ];
}

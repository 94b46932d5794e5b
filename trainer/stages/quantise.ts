// Emits the trained student as a graph model and quantises it, measuring on the held-out groups
// what that costs.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readManifest } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import {
  type EmittedModel,
  emitGraphModel,
  FLOAT32_KERNELS,
  QUANTISED_KERNELS,
} from "../emission/graph-model";
import { runGraphModel } from "../emission/run-graph-model";
import { auc } from "../evaluation/auc";
import { cropAll } from "../evaluation/crops";
import { parametersLogits } from "../network/frozen";
import { trainingSplit } from "./sides";
import { readTrainedStudent } from "./trained-student";

/** A fused float32 graph may differ from the unfused training graph by rounding only. */
const MAX_EMISSION_ERROR = 1e-3;
/** DESIGN: quantisation may cost at most this much AUC. */
export const MAX_QUANTISATION_LOSS = 0.005;

export interface QuantisationReport {
  heldOutPictures: number;
  /** Largest difference of a logit between the training forward and the float32 graph. */
  emissionError: number;
  aucFloat: number;
  aucQuantised: number;
  aucLoss: number;
  /** Largest difference of a logit between the float32 and the quantised graph. */
  largestLogitChange: number;
  bytes: number;
}

/** Told how many pictures of a phase are done. */
export type PicturesDone = (phase: string, done: number, total: number) => void;

/**
 * Quantises the student of a run and writes `model.json` and `weights.bin` into `<run>/quantised`.
 *
 * @throws Error if the emitted graph computes something else, or quantisation costs too much.
 */
export async function quantise(
  data: string,
  run: string,
  maxAucLoss = MAX_QUANTISATION_LOSS,
  onPictures: PicturesDone = () => {},
): Promise<QuantisationReport> {
  const { settings, parameters } = await readTrainedStudent(run);
  const { heldOut } = trainingSplit(await readManifest(data), settings);
  const total = heldOut.length;
  const pool = await loadPictures(data, heldOut, (done) => onPictures("decode", done, total));
  const { architecture } = settings;
  const crops = cropAll(pool, settings.cropMargin, architecture.inputSize);

  const float = emitGraphModel(architecture, parameters, FLOAT32_KERNELS);
  const quantised = emitGraphModel(architecture, parameters, QUANTISED_KERNELS);
  const graphLogits = async (model: EmittedModel) =>
    (await runGraphModel(model, crops, architecture.inputSize)).logits;
  const compared = (networks: number) => onPictures("compare", networks * total, 3 * total);
  const trained = parametersLogits(architecture, parameters, crops);
  compared(1);
  const fromFloat = await graphLogits(float);
  compared(2);
  const fromQuantised = await graphLogits(quantised);
  compared(3);

  const isFake = pool.pictures.map(({ row }) => row.label === "fake");
  const report: QuantisationReport = {
    heldOutPictures: pool.pictures.length,
    emissionError: largestDifference(trained, fromFloat),
    aucFloat: aucOf(fromFloat, isFake),
    aucQuantised: aucOf(fromQuantised, isFake),
    aucLoss: aucOf(fromFloat, isFake) - aucOf(fromQuantised, isFake),
    largestLogitChange: largestDifference(fromFloat, fromQuantised),
    bytes: quantised["model.json"].length + quantised["weights.bin"].length,
  };
  if (!(report.emissionError <= MAX_EMISSION_ERROR))
    throw new Error(`the emitted graph differs from training by ${report.emissionError}`);
  if (!(report.aucLoss <= maxAucLoss))
    throw new Error(`quantisation costs ${report.aucLoss.toFixed(4)} AUC`);
  await writeModel(quantisedFolder(run), quantised);
  return report;
}

export function quantisedFolder(run: string): string {
  return join(run, "quantised");
}

async function writeModel(folder: string, model: EmittedModel): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ["model.json", "weights.bin"] as const)
    await writeFile(join(folder, name), model[name]);
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0);
}

function aucOf(logits: Float32Array, isFake: readonly boolean[]): number {
  return auc(
    logits.filter((_, i) => !isFake[i]),
    logits.filter((_, i) => isFake[i]),
  );
}

// A finished (or interrupted) run read back: its settings and its averaged parameters.

import type { StudentArchitecture } from "../../model/student/architecture";
import { flatLayout, unflatten } from "../network/flat-parameters";
import {
  convolutionLayers,
  isTrainable,
  kernelShape,
  type Parameters,
} from "../network/parameters";
import { loadCheckpoint } from "./checkpoint";
import { readRunRecord, type StudentRecord } from "./run-record";

export interface TrainedStudent {
  settings: StudentRecord;
  parameters: Parameters;
  step: number;
  /** Of its run; see `runFingerprint`. */
  fingerprint: string;
}

/** Parameters of the right names and shapes, all zero, in the order that training lays them out. */
export function blankParameters(architecture: StudentArchitecture): Parameters {
  const parameters: Parameters = new Map();
  const blank = (name: string, shape: number[]) =>
    parameters.set(name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  for (const layer of convolutionLayers(architecture)) {
    blank(`${layer.name}/kernel`, kernelShape(layer));
    const parts = layer.batchNorm ? ["gamma", "beta", "mean", "variance"] : ["bias"];
    for (const part of parts) blank(`${layer.name}/${part}`, [layer.outChannels]);
  }
  return parameters;
}

/** @throws Error if the folder holds no run, or no checkpoint yet. */
export async function readTrainedStudent(run: string): Promise<TrainedStudent> {
  const settings = await readRunRecord(run, "teach", "distil");
  const checkpoint = await loadCheckpoint(run);
  if (!checkpoint) throw new Error(`${run} holds no checkpoint yet`);
  const parameters = blankParameters(settings.architecture);
  const trainable = flatLayout(parameters);
  const statistics = flatLayout(parameters, (name) => !isTrainable(name));
  if (checkpoint.ema.length !== trainable.length)
    throw new Error(`the checkpoint in ${run} does not fit its settings`);
  unflatten(trainable, checkpoint.ema, parameters);
  unflatten(statistics, checkpoint.emaStatistics, parameters);
  return { settings, parameters, step: checkpoint.step, fingerprint: checkpoint.fingerprint };
}

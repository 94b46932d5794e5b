// What the coarse map costs at run time: the package's network asked for the logit alone, and for
// logit and map, by turns on the same input.
import type { GraphModel } from "@tensorflow/tfjs-converter";
import { type Tensor, zeros } from "@tensorflow/tfjs-core";
import type { PackageFiles } from "../../model/package/student";
import { networkOf } from "../emission/graph-model";
import { loadEmitted } from "../emission/run-graph-model";

/** Medians for one face, milliseconds, on this machine's TensorFlow. */
export interface MapCost {
  logitMs: number;
  logitAndMapMs: number;
  repeats: number;
}

const WARM_UP = 5;
const REPEATS = 60;

/** @param files of a package that has been verified. */
export async function measureMapCost(files: PackageFiles, inputSize: number): Promise<MapCost> {
  const network = await loadEmitted(networkOf(files));
  const input = zeros([1, inputSize, inputSize, 3]);
  try {
    const alone: number[] = [];
    const both: number[] = [];
    for (let run = -WARM_UP; run < REPEATS; run++) {
      const times = [timed(network, input, ["logit"]), timed(network, input, ["logit", "map"])];
      if (run < 0) continue;
      alone.push(times[0] as number);
      both.push(times[1] as number);
    }
    return { logitMs: median(alone), logitAndMapMs: median(both), repeats: REPEATS };
  } finally {
    input.dispose();
    network.dispose();
  }
}

function timed(network: GraphModel, input: Tensor, outputs: string[]): number {
  const start = performance.now();
  const results = [network.execute(input, outputs)].flat() as Tensor[];
  for (const result of results) result.dataSync();
  const elapsed = performance.now() - start;
  for (const result of results) result.dispose();
  return elapsed;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] as number;
}

/**
 * `npm run bench -- student`: one face through the bundled student against one picture through
 * MobileNetV2 1.0 at 224 px (Sandler et al. 2018, table 2; random weights, which cost the same), on the
 * backends that run without a browser.
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import type { GraphModel } from "@tensorflow/tfjs-converter";
import { setBackend, type Tensor, zeros } from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-backend-cpu";
import { verifyPackage } from "../../model/package/student";
import type { InvertedResidual, StudentArchitecture } from "../../model/student/architecture";
import { repositoryFolder } from "../../trainer/cache";
import { readPackageFiles } from "../../trainer/commands/read-package";
import { emitGraphModel, FLOAT32_KERNELS, networkOf } from "../../trainer/emission/graph-model";
import { loadEmitted } from "../../trainer/emission/run-graph-model";
import { table } from "../../trainer/evaluation/markdown";
import { randomParameters } from "../../trainer/network/initial";
import { time } from "./trainer-timing";

/** In turns, since a machine is not equally fast all the time and the first rounds are slow. */
const TURNS = 5;
const TURN = { leastRepeats: 4, leastMs: 1500 };

const BACKENDS = ["wasm", "cpu"] as const;

/** Expansion, output channels, repeats and stride of each stage, as in the paper. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

function mobileNetV2(): StudentArchitecture {
  let inChannels = 32;
  const blocks = STAGES.flatMap(([expand, outChannels, repeats, stride]) =>
    Array.from({ length: repeats }, (_, i): InvertedResidual => {
      const block = {
        kernel: 3 as const,
        stride: i === 0 ? stride : 1,
        expand,
        inChannels,
        outChannels,
      };
      inChannels = outChannels;
      return block as InvertedResidual;
    }),
  );
  return {
    name: "mobilenet-v2-1.0-224",
    inputSize: 224,
    stemChannels: 32,
    blocks,
    headChannels: 1280,
  };
}

export async function benchStudent(): Promise<void> {
  const wasm = dirname(
    createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json"),
  );
  setWasmPaths(join(wasm, "dist", "/"));
  const files = await readPackageFiles(repositoryFolder("assets", "student"));
  const { inputSize } = await verifyPackage(files);
  const reference = mobileNetV2();
  const emitted = emitGraphModel(reference, randomParameters(reference, 1), FLOAT32_KERNELS);
  const rows: string[][] = [];
  for (const backend of BACKENDS) {
    if (!(await setBackend(backend))) {
      rows.push([backend, "does not work here", "", ""]);
      continue;
    }
    const student = timed(await loadEmitted(networkOf(files)), inputSize);
    const mobileNet = timed(await loadEmitted(emitted), reference.inputSize);
    let [own, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    for (let turn = 0; turn < TURNS; turn++) {
      own = Math.min(own, await student.bestMs());
      other = Math.min(other, await mobileNet.bestMs());
    }
    student.dispose();
    mobileNet.dispose();
    const ms = (value: number) => `${value.toFixed(1)} ms`;
    rows.push([backend, ms(own), ms(other), (own / other).toFixed(2)]);
  }
  console.log(table(["backend", "student, one face", "MobileNetV2 1.0, 224 px", "ratio"], rows));
}

/** The fastest look at one picture of a turn, milliseconds. */
function timed(network: GraphModel, size: number) {
  const input = zeros([1, size, size, 3]);
  const look = async () => {
    const outputs = network.execute(input, ["logit", "map"]) as Tensor[];
    await Promise.all(outputs.map((output) => output.data()));
    for (const output of outputs) output.dispose();
  };
  return {
    bestMs: async () => (await time(look, TURN)).bestMs,
    dispose() {
      input.dispose();
      network.dispose();
    },
  };
}

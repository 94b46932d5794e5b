/** Memory over many steps: what a run of days would add up. */
import { memory } from "@tensorflow/tfjs-core";
import { table } from "../../cli/scan-table";
import { studentOfSize } from "../../trainer/distillation/family";
import { MoCo } from "../../trainer/moco/moco";
import { ViewMaker } from "../../trainer/moco/views";
import { randomParameters } from "../../trainer/network/initial";
import { PRETRAIN_DEFAULTS } from "../../trainer/stages/pretrain-settings";
import { batchRecipe, SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { StudentTrainer } from "../../trainer/stages/student-trainer";
import { BatchMaker } from "../../trainer/synthesis/batch";
import { benchFaces } from "./trainer-faces";

const steps = 2000;
const every = 250;

/** Resident memory and live tensors while a tiny network learns for a long time. */
export async function printMemory(): Promise<void> {
  const { bytes, pictures } = await benchFaces();
  const architecture = studentOfSize("tiny", 32);
  const supervised = { ...SUPERVISE_DEFAULTS, architecture };
  const batch = await new BatchMaker(bytes, pictures, batchRecipe(supervised)).make(0);
  const settings = { ...PRETRAIN_DEFAULTS, architecture, n: 8, K: 512 };
  const recipe = { ...settings, inputSize: architecture.inputSize };
  const views = await new ViewMaker(bytes, pictures, recipe).make(0);
  const student = new StudentTrainer(architecture, randomParameters(architecture, 1), supervised);
  const moco = new MoCo(randomParameters(architecture, 1), settings);
  const learners = [
    { name: "supervised", step: () => student.train(batch, 1e-4) },
    { name: "pretrain", step: () => moco.train(views, 1e-4) },
  ];
  console.log(`${steps} steps of a tiny network (RSS in MB, live tensors):`);
  const marks = Array.from({ length: steps / every + 1 }, (_, i) => i * every);
  const rows: string[][] = [];
  for (const { name, step } of learners) {
    const seen: string[] = [];
    for (let i = 0; i <= steps; i++) {
      step();
      if (i % every !== 0) continue;
      seen.push(`${Math.round(process.memoryUsage.rss() / 1e6)} (${memory().numTensors})`);
      // Lets finalisers of freed buffers run, as the awaited batches of a real run do.
      await new Promise(setImmediate);
    }
    rows.push([name, ...seen]);
  }
  student.dispose();
  moco.dispose();
  console.log(table([["Step", ...marks.map(String)], ...rows]));
}

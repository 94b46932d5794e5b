/** Supervised steps of the whole EfficientNet-Lite0 and of its cut, and what their time is spent on. */
import { backend } from "@tensorflow/tfjs-core";
import { table } from "../../cli/scan-table";
import {
  type StudentArchitecture,
  totalStride,
  truncatedLite0,
} from "../../model/student/architecture";
import { randomParameters } from "../../trainer/network/initial";
import type { Freeze } from "../../trainer/network/learning-encoder";
import { withKernels } from "../../trainer/ops/node-kernels";
import { Random } from "../../trainer/random";
import { INPUT_SIZE } from "../../trainer/stages/common-settings";
import { SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { StudentTrainer } from "../../trainer/stages/student-trainer";
import type { Batch } from "../../trainer/synthesis/batch";
import { perSecond, SPEED_HEADINGS, speedCells, time } from "./trainer-timing";

const batchSize = 16;
const networks: [label: string, blocks: number][] = [
  ["Lite0", 16],
  ["b11", 11],
];
const sides = [96, 128, 160];
/** Kernels below this share of every network's step are summed up. */
const leastShare = 0.01;

const cases = networks.flatMap(([label, blocks]) =>
  sides.map((side) => ({ label, side, architecture: truncatedLite0(blocks, side) })),
);

/** Noise with labels: a step takes as long on it as on faces. */
function noiseBatch(architecture: StudentArchitecture): Batch {
  const { inputSize } = architecture;
  const random = new Random(1);
  const cells = Math.ceil(inputSize / totalStride(architecture)) ** 2;
  return {
    index: 0,
    pixels: new Uint8Array(batchSize * inputSize ** 2 * 3).map(() => random.integer(256)),
    labels: new Float32Array(batchSize).map((_, i) => i % 2),
    masks: new Float32Array(batchSize * cells),
    maskKnown: new Float32Array(batchSize).fill(1),
  };
}

async function withStep<T>(
  architecture: StudentArchitecture,
  use: (step: () => void) => T | Promise<T>,
  freeze: Freeze = "none",
): Promise<T> {
  const trainer = new StudentTrainer(architecture, randomParameters(architecture, 1), {
    ...SUPERVISE_DEFAULTS,
    freeze,
  });
  const batch = noiseBatch(architecture);
  try {
    return await use(() => trainer.train(batch, 1e-5));
  } finally {
    trainer.dispose();
  }
}

/** Pictures a second against the same step from tfjs's own, composed operations. */
export async function printStepSpeeds(): Promise<void> {
  console.log(`Supervised steps, batch ${batchSize}, against the same step from plain tfjs ops:`);
  const rows: string[][] = [];
  for (const { label, side, architecture } of cases) {
    const [ours, plain] = await withStep(architecture, async (step) => [
      await time(step),
      await time(() => withKernels("plain", step), { leastRepeats: 2, leastMs: 0 }),
    ]);
    rows.push([
      label,
      `${side}`,
      ...speedCells(ours, batchSize),
      perSecond(batchSize, plain.bestMs),
      `${(plain.bestMs / ours.bestMs).toFixed(1)} ×`,
      `${(plain.bestCpuMs / ours.bestCpuMs).toFixed(1)} ×`,
    ]);
  }
  const headings = ["Network", "Side (px)", ...SPEED_HEADINGS, "Plain", "Ratio", "of CPU time"];
  console.log(table([headings, ...rows]));
}

/** The same steps with a part of the network kept as it is. */
export async function printFrozenSpeeds(): Promise<void> {
  console.log(`Supervised steps, batch ${batchSize}, with \`freeze\`:`);
  const rows: string[][] = [];
  for (const { label, side, architecture } of cases.filter((one) => one.side === INPUT_SIZE)) {
    const free = await withStep(architecture, (step) => time(step));
    for (const blocks of [0, 3, 5]) {
      const frozen = await withStep(architecture, (step) => time(step), { blocks });
      rows.push([
        label,
        `${side}`,
        `${blocks}`,
        ...speedCells(frozen, batchSize),
        `${(free.bestMs / frozen.bestMs).toFixed(1)} ×`,
        `${(free.bestCpuMs / frozen.bestCpuMs).toFixed(1)} ×`,
      ]);
    }
  }
  const headings = ["Network", "Side (px)", "Blocks", ...SPEED_HEADINGS, "Ratio", "of CPU time"];
  console.log(table([headings, ...rows]));
}

/** The share of each kernel in the wall time of a step, forward and backward. */
export async function printKernelShares(): Promise<void> {
  const shares: Map<string, number>[] = [];
  for (const { architecture } of cases)
    shares.push(await withStep(architecture, (step) => kernelShares(step, 4)));
  const kernels = [...new Set(shares.flatMap((of) => [...of.keys()]))];
  const most = (kernel: string) => Math.max(...shares.map((of) => of.get(kernel) ?? 0));
  const shown = kernels
    .filter((kernel) => most(kernel) >= leastShare)
    .sort((a, b) => most(b) - most(a));
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const rows = shown.map((kernel) => [kernel, ...shares.map((of) => percent(of.get(kernel) ?? 0))]);
  const sum = (of: Map<string, number>, wanted: (kernel: string) => boolean) =>
    [...of].reduce((total, [kernel, share]) => total + (wanted(kernel) ? share : 0), 0);
  const isOther = (kernel: string) => !shown.includes(kernel);
  rows.push(["other kernels", ...shares.map((of) => percent(sum(of, isOther)))]);
  rows.push(["outside kernels", ...shares.map((of) => percent(1 - sum(of, () => true)))]);
  console.log("Share of each kernel in a supervised step:");
  console.log(table([["Kernel", ...cases.map(({ label, side }) => `${label} ${side}`)], ...rows]));
}

type ExecuteOp = (name: string, ...rest: unknown[]) => unknown;

/** Runs some steps with every kernel's time taken; 1 is the whole wall time. */
function kernelShares(step: () => void, steps: number): Map<string, number> {
  const node = backend() as unknown as { binding: { executeOp: ExecuteOp } };
  const { binding } = node;
  const spent = new Map<string, number>();
  // The binding's properties are read-only, so it is shadowed.
  node.binding = Object.create(binding, {
    executeOp: {
      value: (name: string, ...rest: unknown[]) => {
        const start = performance.now();
        const outputs = binding.executeOp(name, ...rest);
        spent.set(name, (spent.get(name) ?? 0) + performance.now() - start);
        return outputs;
      },
    },
  });
  try {
    step();
    spent.clear();
    const start = performance.now();
    for (let i = 0; i < steps; i++) step();
    const whole = performance.now() - start;
    return new Map([...spent].map(([kernel, ms]) => [kernel, ms / whole]));
  } finally {
    node.binding = binding;
  }
}

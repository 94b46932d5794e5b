/** How fast training is on this machine, where a step's time goes, and whether memory stays flat. */
import { cpus, loadavg } from "node:os";
import { startBackend } from "../../trainer/backend";
import { setupTensorflow } from "../../trainer/setup/tensorflow";
import { printFrozenSpeeds, printKernelShares, printStepSpeeds } from "./trainer-kernels";
import { printMemory } from "./trainer-memory";
import { printLoaderSpeeds, printStageSpeeds } from "./trainer-stages";

const printers = {
  steps: printStepSpeeds,
  frozen: printFrozenSpeeds,
  kernels: printKernelShares,
  stages: printStageSpeeds,
  loader: printLoaderSpeeds,
  memory: printMemory,
};

/** @param parts names of the tables to print; all if there are none. */
export async function benchTrainer(parts: readonly string[]): Promise<void> {
  const names = Object.keys(printers) as (keyof typeof printers)[];
  const unknown = parts.find((part) => !(part in printers));
  if (unknown !== undefined)
    throw new Error(`unknown table "${unknown}"; there are: ${names.join(", ")}`);
  await setupTensorflow(console.error);
  await startBackend();
  const load = loadavg()[0]?.toFixed(1);
  console.log(`${cpus().length} × ${cpus()[0]?.model}, Node ${process.version}, load ${load}\n`);
  for (const name of names) if (parts.length === 0 || parts.includes(name)) await printers[name]();
}

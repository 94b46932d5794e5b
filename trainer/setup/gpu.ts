// Which NVIDIA GPUs this machine has, and whether their driver can run the CUDA that the wheel of
// TensorFlow was built with.
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { run } from "./command";

export interface Gpus {
  /** At least one. */
  names: string[];
  /** Version of the kernel's driver, where it could be found out. */
  driver: string | null;
}

/** Where the kernel's driver tells of itself; containers without `nvidia-smi` have it, too. */
export interface DriverPaths {
  proc: string;
  device: string;
}

const PATHS: DriverPaths = { proc: "/proc/driver/nvidia", device: "/dev/nvidia0" };

/** The oldest driver that runs CUDA 12 (NVIDIA's table of minor-version compatibility). */
const OLDEST_DRIVER = "525.60.13";

/** How to do without the GPU, for every message that says that it does not work. */
export const WITHOUT_GPU =
  "to train on the processor, put CUDA_VISIBLE_DEVICES=-1 before the command";

/** Null if there is none, or if `CUDA_VISIBLE_DEVICES` hides them all. */
export async function findGpus(paths = PATHS): Promise<Gpus | null> {
  if (areHidden()) return null;
  return (await askTool()) ?? (await askKernel(paths));
}

/** Whether a GPU could be in use, by a look that takes no time. */
export function isGpuExpected(paths = PATHS): boolean {
  return !areHidden() && existsSync(paths.device);
}

function areHidden(): boolean {
  const visible = process.env.CUDA_VISIBLE_DEVICES?.trim();
  return visible !== undefined && (visible === "" || visible.startsWith("-1"));
}

async function askTool(): Promise<Gpus | null> {
  const query = ["--query-gpu=name,driver_version", "--format=csv,noheader"];
  // Without a driver the tool is there but fails, or prints nothing.
  const out = await run("nvidia-smi", query).catch(() => "");
  const rows = out
    .split("\n")
    .map((line) => line.split(",").map((cell) => cell.trim()))
    .filter(([name, driver]) => name && driver && /^\d+\./.test(driver));
  if (rows.length === 0) return null;
  return { names: rows.map(([name]) => name as string), driver: rows[0]?.[1] ?? null };
}

async function askKernel({ proc, device }: DriverPaths): Promise<Gpus | null> {
  const slots = await readdir(join(proc, "gpus")).catch(() => [] as string[]);
  const names = await Promise.all(
    slots.map(async (slot) => {
      const text = await readFile(join(proc, "gpus", slot, "information"), "utf8").catch(() => "");
      return /^Model:\s*(.+)$/m.exec(text)?.[1]?.trim() ?? "NVIDIA GPU";
    }),
  );
  if (names.length === 0 && !existsSync(device)) return null;
  const version = await readFile(join(proc, "version"), "utf8").catch(() => "");
  const driver = /Kernel Module.*?\s(\d+\.\d+(?:\.\d+)?)\s/.exec(version)?.[1] ?? null;
  return { names: names.length > 0 ? names : ["NVIDIA GPU"], driver };
}

/** @throws Error if the driver is known to be too old. */
export function requireDriver({ driver }: Gpus): void {
  if (driver === null || !isOlder(driver, OLDEST_DRIVER)) return;
  throw new Error(
    `NVIDIA's driver ${driver} cannot run CUDA 12, which needs ${OLDEST_DRIVER} or newer: update it, or, ${WITHOUT_GPU}`,
  );
}

function isOlder(version: string, than: string): boolean {
  const [a, b] = [version, than].map((text) => text.split(".").map(Number)) as [number[], number[]];
  const at = b.findIndex((part, i) => (a[i] ?? 0) !== part);
  return at >= 0 && (a[at] ?? 0) < (b[at] as number);
}

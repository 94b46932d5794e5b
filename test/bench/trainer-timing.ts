/** Times something that is done over and over. */

export interface Timing {
  /** The fastest of the repeats, milliseconds: what it takes when nothing else runs. */
  bestMs: number;
  meanMs: number;
  /** Processor time over all threads, milliseconds: other load changes the least of it little. */
  bestCpuMs: number;
  meanCpuMs: number;
}

/** Repeats until both bounds are reached, after one repeat that does not count. */
export async function time(
  once: () => unknown,
  { leastRepeats = 4, leastMs = 3000 } = {},
): Promise<Timing> {
  await once();
  const began = performance.now();
  const spent: { ms: number; cpuMs: number }[] = [];
  while (spent.length < leastRepeats || performance.now() - began < leastMs) {
    const start = performance.now();
    const usage = process.cpuUsage();
    await once();
    const { user, system } = process.cpuUsage(usage);
    spent.push({ ms: performance.now() - start, cpuMs: (user + system) / 1000 });
  }
  const wall = spent.map(({ ms }) => ms);
  const cpu = spent.map(({ cpuMs }) => cpuMs);
  const mean = (list: number[]) => list.reduce((a, b) => a + b, 0) / list.length;
  return {
    bestMs: Math.min(...wall),
    meanMs: mean(wall),
    bestCpuMs: Math.min(...cpu),
    meanCpuMs: mean(cpu),
  };
}

export function perSecond(pictures: number, ms: number): string {
  return ((pictures / ms) * 1000).toFixed(1);
}

export const SPEED_HEADINGS = ["Pictures/s", "on average", "CPU ms each"];

/** Cells of a table under those headings. */
export function speedCells({ bestMs, meanMs, bestCpuMs }: Timing, pictures: number): string[] {
  const each = (bestCpuMs / pictures).toFixed(1);
  return [perSecond(pictures, bestMs), perSecond(pictures, meanMs), each];
}

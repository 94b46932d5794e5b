/** Times something that is done over and over. */

export interface Timing {
  /** The fastest of the repeats, milliseconds: what it takes when nothing else runs. */
  bestMs: number;
  meanMs: number;
  /** Processor time of one repeat over all threads, milliseconds: hardly changed by other load. */
  cpuMs: number;
}

/** Repeats until both bounds are reached, after one repeat that does not count. */
export async function time(
  once: () => unknown,
  { leastRepeats = 4, leastMs = 3000 } = {},
): Promise<Timing> {
  await once();
  const began = performance.now();
  const usage = process.cpuUsage();
  let bestMs = Number.POSITIVE_INFINITY;
  let repeats = 0;
  for (; repeats < leastRepeats || performance.now() - began < leastMs; repeats++) {
    const start = performance.now();
    await once();
    bestMs = Math.min(bestMs, performance.now() - start);
  }
  const { user, system } = process.cpuUsage(usage);
  const meanMs = (performance.now() - began) / repeats;
  return { bestMs, meanMs, cpuMs: (user + system) / 1000 / repeats };
}

/** Cells of a table: pictures a second at best and on average, processor time for each picture. */
export function speedCells({ bestMs, meanMs, cpuMs }: Timing, pictures: number): string[] {
  const rate = (ms: number) => ((pictures / ms) * 1000).toFixed(1);
  return [rate(bestMs), rate(meanMs), (cpuMs / pictures).toFixed(1)];
}

export const SPEED_HEADINGS = ["Pictures/s", "on average", "CPU ms each"];

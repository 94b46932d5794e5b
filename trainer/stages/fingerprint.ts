// Tells one run from another: two runs go on from each other's checkpoints only if everything that
// shapes a step is the same.
import { createHash } from "node:crypto";
import type { Parameters } from "../network/parameters";

/** What changes how a run is done and not what it computes. */
interface Conduct {
  workers: number;
  checkpointEvery: number;
}

/**
 * @param files the pictures, in order.
 * @param initial the parameters that the run starts from.
 */
export function runFingerprint(
  settings: Conduct,
  files: readonly string[],
  initial: Parameters,
): string {
  const { workers: _workers, checkpointEvery: _every, ...shaping } = settings;
  const hash = createHash("sha256").update(JSON.stringify([shaping, files]));
  for (const [name, { data }] of initial) hash.update(name).update(data);
  return hash.digest("hex").slice(0, 16);
}

/** @throws Error if the checkpoint found in `folder` was left by another run. */
export function requireSameRun(
  found: { fingerprint: string } | null,
  fingerprint: string,
  folder: string,
): void {
  if (found && found.fingerprint !== fingerprint)
    throw new Error(
      `${folder} holds a run with other settings, pictures or initial weights; choose another --run folder`,
    );
}

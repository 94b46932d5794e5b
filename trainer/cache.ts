// Where the trainer keeps what is large and can be had again: libraries, weights, checkpoints.
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const repository = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/** `UNMASK_CACHE`, or `.cache` in the repository (ignored by git). */
export function cacheFolder(...parts: string[]): string {
  return join(process.env.UNMASK_CACHE || join(repository, ".cache"), ...parts);
}

/** The repository's root folder. */
export function repositoryFolder(...parts: string[]): string {
  return join(repository, ...parts);
}

// Starts tfjs on TensorFlow's native library. Import tfjs functions from "@tensorflow/tfjs-core";
// this only registers and selects the backend.
import { createRequire } from "node:module";
import util from "node:util";
import * as tf from "@tensorflow/tfjs-core";

const require = createRequire(import.meta.url);

/** What tfjs-node 4.22 still calls and Node 23 removed. */
function restoreRemovedUtilFunctions(): void {
  const removed: Record<string, (value: unknown) => boolean> = {
    isNullOrUndefined: (value) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  for (const [name, test] of Object.entries(removed))
    if (!(name in util)) Object.defineProperty(util, name, { value: test, configurable: true });
}

/**
 * Registers and selects the `tensorflow` backend.
 *
 * @throws Error telling to run `setup` if the native library is not there.
 */
export async function startBackend(): Promise<void> {
  // Shape checks of every op on every value cost time and change nothing.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  restoreRemovedUtilFunctions();
  try {
    require("@tensorflow/tfjs-node-gpu");
  } catch (error) {
    throw new Error(
      `TensorFlow's native library does not load; run \`npm run trainer -- setup\`. (${(error as Error).message})`,
    );
  }
  await tf.setBackend("tensorflow");
  await tf.ready();
}

// Starts tfjs on TensorFlow's native library. Import tfjs functions from "@tensorflow/tfjs-core";
// this only registers and selects the backend.
import { createRequire } from "node:module";
import * as tf from "@tensorflow/tfjs-core";
import { explainDeviceFailure } from "./device-failure";
import { restoreRemovedUtil } from "./removed-util";
import { isGpuExpected } from "./setup/gpu";

const require = createRequire(import.meta.url);

/** The parts of tfjs-node's backend that matter here; they are not in its public types. */
interface NodeBackend {
  isUsingGpuDevice: boolean;
  binding: Record<"executeOp" | "tensorDataSync", (...args: unknown[]) => unknown>;
}

/**
 * Registers and selects the `tensorflow` backend.
 *
 * @throws Error telling to run `setup` if the native library is not there.
 */
export async function startBackend(): Promise<void> {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  // Else the first process takes all of a GPU's memory, needed or not.
  process.env.TF_FORCE_GPU_ALLOW_GROWTH ??= "true";
  // Else the threads of our kernels spin while TensorFlow's work, and the other way round.
  process.env.OMP_WAIT_POLICY ??= "passive";
  // TensorFlow leaves oneDNN off where a processor has no AVX-512 VNNI, and is slower without it there
  // too: docs/trainer.md, Speed.
  process.env.TF_ENABLE_ONEDNN_OPTS ??= "1";
  restoreRemovedUtil();
  try {
    require("@tensorflow/tfjs-node-gpu");
  } catch (error) {
    throw new Error(
      `TensorFlow's native library does not load; run \`npm run trainer -- setup\`. (${(error as Error).message})`,
    );
  }
  await tf.setBackend("tensorflow");
  await tf.ready();
  const backend = tf.backend() as unknown as NodeBackend;
  if (backend.isUsingGpuDevice) backend.binding = explaining(backend.binding);
  else if (isGpuExpected())
    console.error(
      "There is a GPU, but TensorFlow computes on the processor: `npm run trainer -- setup` says why.",
    );
}

/** The binding with advice in the errors that a GPU causes. Its properties are read-only: a shadow. */
export function explaining(binding: NodeBackend["binding"]): NodeBackend["binding"] {
  const guarded =
    (name: keyof typeof binding) =>
    (...args: unknown[]) => {
      try {
        return binding[name](...args);
      } catch (error) {
        throw explainDeviceFailure(error as Error);
      }
    };
  return Object.create(binding, {
    executeOp: { value: guarded("executeOp") },
    tensorDataSync: { value: guarded("tensorDataSync") },
  });
}

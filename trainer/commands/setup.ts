// `trainer setup`: brings TensorFlow's native library and proves that it computes.
import { tensor4d } from "@tensorflow/tfjs-core";
import { Command } from "commander";
import { startBackend } from "../backend";
import { depthwise } from "../ops/depthwise";
import { setupTensorflow } from "../setup/tensorflow";

/** A convolution whose answer is known: nine ones under a 3×3 kernel of ones. */
function checkConvolution(): void {
  const picture = tensor4d(new Float32Array(9).fill(1), [1, 3, 3, 1]);
  const kernel = tensor4d(new Float32Array(9).fill(1), [3, 3, 1, 1]);
  const centre = depthwise(picture, kernel, 1).dataSync()[4];
  if (centre !== 9) throw new Error(`the native library computes wrongly: ${centre} instead of 9`);
}

export function setupCommand(): Command {
  return new Command("setup")
    .description("Bring TensorFlow's native library for this machine (CUDA where there is a GPU).")
    .action(async () => {
      const { changed, gpu } = await setupTensorflow((message) => console.error(message));
      // The check takes two seconds: only when something is new.
      if (!changed) return;
      await startBackend();
      checkConvolution();
      console.error(`TensorFlow is ready${gpu ? " with CUDA" : " on the CPU"}.`);
    });
}

// `trainer setup`: brings TensorFlow's native library and proves that it computes.
import { backend, conv2d, type Tensor, tensor4d } from "@tensorflow/tfjs-core";
import { Command } from "commander";
import { startBackend } from "../backend";
import { depthwise } from "../ops/depthwise";
import { ensureFfmpeg } from "../prepare/ffmpeg";
import { WITHOUT_GPU } from "../setup/gpu";
import { setupTensorflow } from "../setup/tensorflow";

/** Convolutions whose answer is known: nine ones under a 3×3 kernel of ones. */
function checkConvolutions(): void {
  const picture = tensor4d(new Float32Array(9).fill(1), [1, 3, 3, 1]);
  const kernel = tensor4d(new Float32Array(9).fill(1), [3, 3, 1, 1]);
  const check = (result: Tensor) => {
    const centre = result.dataSync()[4];
    if (centre !== 9)
      throw new Error(`the native library computes wrongly: ${centre} instead of 9`);
  };
  // On a GPU the first is cuDNN's, the second TensorFlow's own.
  check(conv2d(picture, kernel, 1, "same"));
  check(depthwise(picture, kernel, 1));
}

export function setupCommand(): Command {
  return new Command("setup")
    .description(
      "Bring TensorFlow's native library for this machine (CUDA where there is a GPU), and ffmpeg.",
    )
    .option("--cuda", "bring CUDA although no GPU is here: for an image or a login node", false)
    .action(async ({ cuda }: { cuda: boolean }) => {
      const say = (message: string) => console.error(message);
      await ensureFfmpeg(say);
      const { changed, gpus } = await setupTensorflow(say, cuda);
      // The check takes two seconds: where something is new, or a GPU might not be in use.
      if (!changed && !gpus) return;
      // TensorFlow says why it leaves a GPU alone, but not as an error.
      if (gpus) process.env.TF_CPP_MIN_LOG_LEVEL ??= "0";
      await startBackend();
      checkConvolutions();
      if (gpus && !(backend() as unknown as { isUsingGpuDevice: boolean }).isUsingGpuDevice)
        throw new Error(
          `TensorFlow is set up but cannot use ${gpus.names.join(", ")}: its reasons are above; ${WITHOUT_GPU}`,
        );
      console.error(`TensorFlow is ready on ${gpus ? gpus.names.join(", ") : "the processor"}.`);
    });
}

// Says what to do when a GPU fails in the middle of a run: TensorFlow's own messages name the call
// that failed, not the way on.
import { WITHOUT_GPU } from "./setup/gpu";

/** What the messages of CUDA, its libraries and TensorFlow's allocator have in common. */
const LOST =
  /CUDA_ERROR|CUDNN_STATUS|CUBLAS_STATUS|CUDA error|cudnn|cublas|Dst tensor is not init/i;
const FULL = /OOM when allocating|RESOURCE_EXHAUSTED|failed to allocate|CUDA_ERROR_OUT_OF_MEMORY/i;

/** The error with advice if it tells of a failed or full GPU, else the error as it is. */
export function explainDeviceFailure(error: Error): Error {
  const isFull = FULL.test(error.message);
  if (!isFull && !LOST.test(error.message)) return error;
  const what = isFull ? "the GPU's memory is full" : "the GPU failed";
  const way = isFull ? "a smaller batch needs less; " : "";
  return new Error(
    `${what}: ${error.message.split("\n")[0]}\nNothing saved is lost: the same command resumes at the last checkpoint; ${way}${WITHOUT_GPU}.`,
    { cause: error },
  );
}

// A network that is not trained at the moment: running statistics, no gradient, any number of
// pictures.
import { type Tensor, type Tensor4D, tensor, tidy } from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { encoderForward, inputTensor, type NamedTensors, pooled, readOut } from "./encoder";
import type { Parameters } from "./parameters";

/** Pictures at a time, to bound memory. */
const CHUNK = 64;

/** Parameters, statistics included, as tensors; the caller disposes of them. */
export function frozenWeights(parameters: Parameters): Map<string, Tensor> {
  return new Map([...parameters].map(([name, { shape, data }]) => [name, tensor(data, shape)]));
}

/** Pooled features `[n, headChannels]` of `[n, size, size, 3]` bytes. */
export function frozenFeatures(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Uint8Array,
): Float32Array {
  return inChunks(architecture.inputSize, architecture.headChannels, pixels, (input) =>
    pooled(encoderForward(architecture, weights, input)),
  );
}

/**
 * Logits `[n]` of `[n, size, size, 3]` bytes.
 *
 * @param see what the network sees of them; absent: just them.
 */
export function frozenLogits(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Uint8Array,
  see: (input: Tensor4D) => Tensor4D = (input) => input,
): Float32Array {
  return inChunks(
    architecture.inputSize,
    1,
    pixels,
    (input) => readOut(weights, encoderForward(architecture, weights, see(input))).logit,
  );
}

/** The same, of parameters that are no tensors yet. */
export function parametersLogits(
  architecture: StudentArchitecture,
  parameters: Parameters,
  pixels: Uint8Array,
): Float32Array {
  const weights = frozenWeights(parameters);
  const logits = frozenLogits(architecture, weights, pixels);
  for (const weight of weights.values()) weight.dispose();
  return logits;
}

/** @param width values that `f` gives for each picture. */
function inChunks(
  inputSize: number,
  width: number,
  pixels: Uint8Array,
  f: (input: Tensor4D) => Tensor,
): Float32Array {
  const perPicture = inputSize ** 2 * 3;
  const n = pixels.length / perPicture;
  const values = new Float32Array(n * width);
  for (let from = 0; from < n; from += CHUNK) {
    const part = pixels.subarray(from * perPicture, (from + CHUNK) * perPicture);
    const result = tidy(() => f(inputTensor(part, inputSize)));
    values.set(result.dataSync(), from * width);
    result.dispose();
  }
  return values;
}

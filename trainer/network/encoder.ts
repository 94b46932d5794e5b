// The encoder: the network up to its last feature map, without the outputs. Pretraining learns it,
// the teacher reads a logit off it, distillation compares the maps of two of them.
import {
  add,
  batchNorm,
  conv2d,
  mean,
  relu6,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
  tensor,
} from "@tensorflow/tfjs-core";
import {
  BATCH_NORM_EPSILON,
  hasShortcut,
  type StudentArchitecture,
} from "../../model/student/architecture";
import { normalisePixels } from "../../model/student/normalise";
import { batchNormTraining } from "../ops/batch-norm";
import { depthwise } from "../ops/depthwise";
import { pointwise } from "../ops/pointwise";
import { type ConvolutionLayer, convolutionLayers, type Parameters } from "./parameters";

/** Mean and variance of one batch in one batch-norm layer. */
export type BatchStatistics = Map<string, { mean: Tensor1D; variance: Tensor1D }>;

export type NamedTensors = ReadonlyMap<string, Tensor>;

/** Layers that read the feature map and are no part of the encoder. */
const OUTPUTS = ["classifier/", "mask/"];

/** The parameters of the encoder alone. */
export function encoderParameters(parameters: Parameters): Parameters {
  return new Map(
    [...parameters].filter(([name]) => !OUTPUTS.some((output) => name.startsWith(output))),
  );
}

function weightOf<T extends Tensor>(weights: NamedTensors, name: string): T {
  const found = weights.get(name);
  if (!found) throw new Error(`the network has no weight ${name}`);
  return found as T;
}

/**
 * The feature map `[n, h, w, headChannels]` of normalised pixels `[n, size, size, 3]`.
 *
 * @param weights trainable parameters, and for inference `…/mean` and `…/variance` as well.
 * @param statistics given while training: the batch's own are used and recorded here (kept).
 */
export function encoderForward(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Tensor4D,
  statistics?: BatchStatistics,
): Tensor4D {
  const apply = (layer: ConvolutionLayer, x: Tensor4D): Tensor4D => {
    const own = <T extends Tensor>(part: string) => weightOf<T>(weights, `${layer.name}/${part}`);
    const kernel = own<Tensor4D>("kernel");
    const y = convolve(layer, x, kernel);
    const gamma = own<Tensor1D>("gamma");
    const beta = own<Tensor1D>("beta");
    if (statistics) {
      const normed = batchNormTraining(y, gamma, beta, BATCH_NORM_EPSILON, layer.relu6);
      statistics.set(layer.name, { mean: normed.mean, variance: normed.variance });
      return normed.y;
    }
    const normed = batchNorm(y, own("mean"), own("variance"), beta, gamma, BATCH_NORM_EPSILON);
    return (layer.relu6 ? relu6(normed) : normed) as Tensor4D;
  };

  const layers = new Map(convolutionLayers(architecture).map((layer) => [layer.name, layer]));
  const run = (name: string, x: Tensor4D) => apply(layers.get(name) as ConvolutionLayer, x);
  let x = run("stem", pixels);
  architecture.blocks.forEach((block, i) => {
    const wide = block.expand === 1 ? x : run(`block${i}/expand`, x);
    const y = run(`block${i}/project`, run(`block${i}/depthwise`, wide));
    x = hasShortcut(block) ? (add(x, y) as Tensor4D) : y;
  });
  return run("head", x);
}

function convolve({ kind, kernel, stride }: ConvolutionLayer, x: Tensor4D, weight: Tensor4D) {
  if (kind === "depthwise") return depthwise(x, weight, stride);
  return kernel === 1 ? pointwise(x, weight) : conv2d(x, weight, stride, "same");
}

/** Average of a feature map over the picture, `[n, channels]`. */
export function pooled(featureMap: Tensor4D): Tensor2D {
  return mean(featureMap, [1, 2]) as Tensor2D;
}

/** Logit `[n]` and coarse map `[n, h, w]` from the feature map. */
export function readOut(
  weights: NamedTensors,
  featureMap: Tensor4D,
): { logit: Tensor1D; map: Tensor3D } {
  const cells = (output: "classifier" | "mask") =>
    add(
      conv2d(featureMap, weightOf<Tensor4D>(weights, `${output}/kernel`), 1, "same"),
      weightOf(weights, `${output}/bias`),
    );
  return {
    logit: mean(cells("classifier"), [1, 2, 3]),
    map: squeeze(cells("mask"), [3]),
  };
}

/** Bytes of `[n, size, size, 3]` pictures as the network's input. */
export function inputTensor(pixels: Uint8Array, size: number): Tensor4D {
  const n = pixels.length / (size * size * 3);
  return tensor(normalisePixels(pixels), [n, size, size, 3]);
}

// The encoder: the network up to its last feature map, without the outputs. Pretraining learns it,
// the teacher reads a logit off it, distillation compares the maps of two of them.
import {
  add,
  conv2d,
  mean,
  mul,
  reshape,
  rsqrt,
  squeeze,
  sub,
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
  type InvertedResidual,
  type StudentArchitecture,
} from "../../model/student/architecture";
import { normalisePixels } from "../../model/student/normalise";
import { batchNormTraining } from "../ops/batch-norm";
import { addBias } from "../ops/bias";
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

type Apply = (name: string, x: Tensor4D) => Tensor4D;

/**
 * Runs layers by name. With `statistics` batch norm takes the batch's own, which are recorded there
 * (kept); without, those among the weights, as an affine map that gradients go through.
 */
function layersOf(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  statistics?: BatchStatistics,
): Apply {
  const layers = new Map(convolutionLayers(architecture).map((layer) => [layer.name, layer]));
  return (name, x) => {
    const layer = layers.get(name) as ConvolutionLayer;
    const own = <T extends Tensor>(part: string) => weightOf<T>(weights, `${name}/${part}`);
    const kernel = own<Tensor4D>("kernel");
    const gamma = own<Tensor1D>("gamma");
    const beta = own<Tensor1D>("beta");
    if (statistics) {
      const y = convolve(layer, x, kernel);
      const normed = batchNormTraining(y, gamma, beta, BATCH_NORM_EPSILON, layer.relu6);
      statistics.set(name, { mean: normed.mean, variance: normed.variance });
      return normed.y;
    }
    const scale = mul(gamma, rsqrt(add(own("variance"), BATCH_NORM_EPSILON)));
    const onOutput = layer.kind === "depthwise" ? reshape(scale, [-1, 1]) : scale;
    const bias = sub(beta, mul(own("mean"), scale)) as Tensor1D;
    return addBias(convolve(layer, x, mul(kernel, onOutput)), bias, layer.relu6);
  };
}

/** Blocks `from` to before `to`. */
function runBlocks(
  { blocks }: StudentArchitecture,
  start: Tensor4D,
  [from, to]: readonly [number, number],
  apply: Apply,
): Tensor4D {
  let x = start;
  for (let i = from; i < to; i++) {
    const block = blocks[i] as InvertedResidual;
    const wide = block.expand === 1 ? x : apply(`block${i}/expand`, x);
    const y = apply(`block${i}/project`, apply(`block${i}/depthwise`, wide));
    x = hasShortcut(block) ? (add(x, y) as Tensor4D) : y;
  }
  return x;
}

/**
 * The feature map `[n, h, w, headChannels]` of normalised pixels `[n, size, size, 3]`.
 *
 * @param weights trainable parameters, and without `statistics` also `…/mean` and `…/variance`.
 * @param statistics given while batch norm is trained: the batch's own are used and recorded (kept).
 */
export function encoderForward(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Tensor4D,
  statistics?: BatchStatistics,
): Tensor4D {
  const apply = layersOf(architecture, weights, statistics);
  const all = [0, architecture.blocks.length] as const;
  return apply("head", runBlocks(architecture, apply("stem", pixels), all, apply));
}

/** The stem and the first `blocks` blocks alone, batch norm by the weights' own statistics. */
export function encoderStart(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Tensor4D,
  blocks: number,
): Tensor4D {
  const apply = layersOf(architecture, weights);
  return runBlocks(architecture, apply("stem", pixels), [0, blocks], apply);
}

/** The rest: from the output of `encoderStart` with as many blocks to the feature map. */
export function encoderRest(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  start: Tensor4D,
  blocks: number,
): Tensor4D {
  const apply = layersOf(architecture, weights);
  const rest = [blocks, architecture.blocks.length] as const;
  return apply("head", runBlocks(architecture, start, rest, apply));
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

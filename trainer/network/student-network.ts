// The student's forward pass for training and for checks: the same layers as the emitted graph,
// with batch norm unfolded.
import {
  add,
  batchNorm,
  conv2d,
  mean,
  squeeze,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor3D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import {
  BATCH_NORM_EPSILON,
  hasShortcut,
  type StudentArchitecture,
} from "../../model/student/architecture";
import { batchNormTraining } from "../ops/batch-norm";
import { depthwise } from "../ops/depthwise";
import { relu6 } from "../ops/relu6";
import { type ConvolutionLayer, convolutionLayers } from "./parameters";

export interface StudentOutputs {
  /** `[n]` */
  logit: Tensor1D;
  /** `[n, h, w]` */
  map: Tensor3D;
  /** Features before the outputs, averaged over the picture, `[n, headChannels]`. */
  features: Tensor2D;
}

/** Mean and variance of one batch in one batch-norm layer. */
export type BatchStatistics = Map<string, { mean: Tensor1D; variance: Tensor1D }>;

export type NamedTensors = ReadonlyMap<string, Tensor>;

/**
 * Runs the student on normalised pixels `[n, size, size, 3]`.
 *
 * @param weights trainable parameters, and for inference `…/mean` and `…/variance` as well.
 * @param statistics given while training: batch statistics are used and recorded here (kept).
 */
export function studentForward(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Tensor4D,
  statistics?: BatchStatistics,
): StudentOutputs {
  const weight = <T extends Tensor>(name: string): T => {
    const found = weights.get(name);
    if (!found) throw new Error(`the network has no weight ${name}`);
    return found as T;
  };
  const apply = (layer: ConvolutionLayer, x: Tensor4D): Tensor4D => {
    const kernel = weight<Tensor4D>(`${layer.name}/kernel`);
    let y =
      layer.kind === "depthwise"
        ? depthwise(x, kernel, layer.stride)
        : conv2d(x, kernel, layer.stride, "same");
    if (!layer.batchNorm) return add(y, weight(`${layer.name}/bias`)) as Tensor4D;
    const gamma = weight<Tensor1D>(`${layer.name}/gamma`);
    const beta = weight<Tensor1D>(`${layer.name}/beta`);
    if (statistics) {
      const normed = batchNormTraining(y, gamma, beta, BATCH_NORM_EPSILON);
      statistics.set(layer.name, { mean: normed.mean, variance: normed.variance });
      y = normed.y;
    } else {
      const average = weight<Tensor1D>(`${layer.name}/mean`);
      const variance = weight<Tensor1D>(`${layer.name}/variance`);
      y = batchNorm(y, average, variance, beta, gamma, BATCH_NORM_EPSILON);
    }
    return layer.relu6 ? relu6(y) : y;
  };

  const layers = new Map(convolutionLayers(architecture).map((layer) => [layer.name, layer]));
  const run = (name: string, x: Tensor4D) => apply(layers.get(name) as ConvolutionLayer, x);
  let x = run("stem", pixels);
  architecture.blocks.forEach((block, i) => {
    const wide = block.expand === 1 ? x : run(`block${i}/expand`, x);
    const y = run(`block${i}/project`, run(`block${i}/depthwise`, wide));
    x = hasShortcut(block) ? (add(x, y) as Tensor4D) : y;
  });
  const head = run("head", x);
  return {
    logit: mean(run("classifier", head), [1, 2, 3]) as Tensor1D,
    map: squeeze(run("mask", head), [3]) as Tensor3D,
    features: mean(head, [1, 2]) as Tensor2D,
  };
}

// Batch normalisation of a training step, with the batch's statistics, and the ReLU6 behind it,
// through TensorFlow's fused kernels (tfjs has no training form; composed from its ops it is about a
// hundred times slower).
import {
  add,
  customGrad,
  type GradSaveFunc,
  keep,
  moments,
  mul,
  relu6,
  reshape,
  rsqrt,
  sub,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tidy,
} from "@tensorflow/tfjs-core";
import { nodeKernels } from "./node-kernels";

export interface BatchNormResult {
  y: Tensor4D;
  /** Mean of the batch, `[channels]`; kept, the caller disposes of it. */
  mean: Tensor1D;
  /** Unbiased variance of the batch, `[channels]`; kept, the caller disposes of it. */
  variance: Tensor1D;
}

/**
 * γ (x − mean) / √(variance + ε) + β over batch, height and width of an NHWC tensor; differentiable
 * in x, γ and β (Ioffe & Szegedy 2015).
 *
 * @param clips whether ReLU6 follows. As one operation, the tape does not hold the values between the
 *   two: a third of what a step's forward pass keeps.
 */
export function batchNormTraining(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
  clips: boolean,
): BatchNormResult {
  const kernels = nodeKernels();
  if (!kernels) return batchNormComposed(x, gamma, beta, epsilon, clips);
  let mean: Tensor | undefined;
  let variance: Tensor | undefined;
  const attributes = {
    U: { type: true as const },
    epsilon,
    data_format: "NHWC",
    is_training: true,
  };
  const fused = customGrad(
    (
      input: Tensor | GradSaveFunc,
      scale: Tensor | GradSaveFunc,
      shift: Tensor | GradSaveFunc,
      save: Tensor | GradSaveFunc,
    ) => {
      const empty = tensor1d([]);
      const [normed, batchMean, batchVariance, ...reserved] = kernels.runMany(
        "FusedBatchNormV3",
        [input, scale, shift, empty, empty] as Tensor[],
        6,
        attributes,
      ) as [Tensor, Tensor, Tensor, Tensor, Tensor, Tensor];
      mean = keep(batchMean);
      variance = keep(batchVariance);
      const y = clips ? kernels.run("Relu6", [normed]) : normed;
      (save as GradSaveFunc)([y, input as Tensor, scale as Tensor, ...reserved]);
      return {
        value: y,
        gradFunc: (dy: Tensor, [y, ...saved]: Tensor[]) =>
          tidy(() => {
            const inner = clips ? kernels.run("Relu6Grad", [dy, y as Tensor]) : dy;
            return kernels
              .runMany("FusedBatchNormGradV3", [inner, ...saved], 5, attributes)
              .slice(0, 3);
          }),
      };
    },
  );
  const y = fused(x, gamma, beta) as Tensor4D;
  return { y, mean: mean as Tensor1D, variance: variance as Tensor1D };
}

/** The same from plain ops, for backends without the fused kernels and as their check. */
export function batchNormComposed(
  x: Tensor4D,
  gamma: Tensor1D,
  beta: Tensor1D,
  epsilon: number,
  clips: boolean,
): BatchNormResult {
  const { mean, variance } = moments(x, [0, 1, 2]);
  const scaled = mul(mul(sub(x, mean), rsqrt(add(variance, epsilon))), gamma);
  const normed = add(scaled, beta) as Tensor4D;
  const y = clips ? relu6(normed) : normed;
  const count = x.size / gamma.size;
  return {
    y,
    mean: keep(tidy(() => reshape(mean, [-1]))) as Tensor1D,
    variance: keep(tidy(() => mul(reshape(variance, [-1]), count / (count - 1)))) as Tensor1D,
  };
}

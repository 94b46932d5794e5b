// Batch norm folded into the convolution before it: at inference it is a scale and a shift.
import { BATCH_NORM_EPSILON, type StudentArchitecture } from "../../model/student/architecture";
import {
  type ConvolutionLayer,
  convolutionLayers,
  type Parameter,
  type Parameters,
  parameter,
} from "../network/parameters";

export interface FoldedLayer {
  layer: ConvolutionLayer;
  kernel: Parameter;
  /** `[outChannels]` */
  bias: Parameter;
}

/** Kernel · γ/√(variance + ε), and bias β − mean · γ/√(variance + ε), layer by layer. */
export function foldBatchNorm(
  architecture: StudentArchitecture,
  parameters: Parameters,
): FoldedLayer[] {
  return convolutionLayers(architecture).map((layer) => {
    const kernel = parameter(parameters, `${layer.name}/kernel`);
    if (!layer.batchNorm)
      return { layer, kernel, bias: parameter(parameters, `${layer.name}/bias`) };
    const [gamma, beta, mean, variance] = ["gamma", "beta", "mean", "variance"].map(
      (part) => parameter(parameters, `${layer.name}/${part}`).data,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    const channels = layer.outChannels;
    const scale = gamma.map((g, c) => g / Math.sqrt((variance[c] as number) + BATCH_NORM_EPSILON));
    // The output channel is the fastest axis of both HWIO and HWC1.
    const data = kernel.data.map((weight, i) => weight * (scale[i % channels] as number));
    const bias = beta.map((b, c) => b - (mean[c] as number) * (scale[c] as number));
    return {
      layer,
      kernel: { shape: kernel.shape, data },
      bias: { shape: [channels], data: bias },
    };
  });
}

// A bias for every channel, and the ReLU6 behind it, as one operation: what batch norm with fixed
// statistics comes to once its scale is in the kernel. The tape keeps its result alone.
import {
  add,
  customGrad,
  type GradSaveFunc,
  relu6,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { nodeKernels } from "./node-kernels";

/** x + b over the last axis of an NHWC tensor, clipped to 0–6 where `clips`; differentiable in both. */
export function addBias(x: Tensor4D, bias: Tensor1D, clips: boolean): Tensor4D {
  const kernels = nodeKernels();
  if (!kernels) {
    const sum = add(x, bias) as Tensor4D;
    return clips ? relu6(sum) : sum;
  }
  const layout = { data_format: "NHWC" };
  return customGrad(
    (input: Tensor | GradSaveFunc, shift: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
      const sum = kernels.run("BiasAdd", [input, shift] as Tensor[], layout);
      const value = clips ? kernels.run("Relu6", [sum]) : sum;
      (save as GradSaveFunc)([value]);
      return {
        value,
        gradFunc: (dy: Tensor, [y]: Tensor[]) => {
          const inner = clips ? kernels.run("Relu6Grad", [dy, y as Tensor]) : dy;
          return [inner, kernels.run("BiasAddGrad", [inner], layout)];
        },
      };
    },
  )(x, bias) as Tensor4D;
}

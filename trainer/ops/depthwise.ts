// Depthwise convolution whose gradients run in single kernels.
import {
  customGrad,
  depthwiseConv2d,
  type GradSaveFunc,
  type Tensor,
  type Tensor4D,
  tensor1d,
} from "@tensorflow/tfjs-core";
import { nodeKernels } from "./node-kernels";

/** TensorFlow's gradient in the kernel is as fast as ours up to this side. */
const WIDEST_FAST = 3;

/** SAME-padded depthwise convolution; `kernel` is `[k, k, channels, 1]`. */
export function depthwise(x: Tensor4D, kernel: Tensor4D, stride: 1 | 2): Tensor4D {
  const kernels = nodeKernels();
  if (!kernels) return depthwiseConv2d(x, kernel, stride, "same");
  const attributes = {
    strides: [1, stride, stride, 1],
    padding: "SAME",
    data_format: "NHWC",
    dilations: [1, 1, 1, 1],
  };
  return customGrad(
    (input: Tensor | GradSaveFunc, filter: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
      const operands = [input, filter] as Tensor[];
      (save as GradSaveFunc)(operands);
      return {
        value: kernels.run("DepthwiseConv2dNative", operands, attributes),
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [a, w] = saved as [Tensor, Tensor];
          const inputShape = tensor1d(a.shape, "int32");
          const inInput = [inputShape, w, dy];
          return [
            kernels.run("DepthwiseConv2dNativeBackpropInput", inInput, attributes),
            kernels.own && w.shape[0]! > WIDEST_FAST
              ? kernels.run("UnmaskDepthwiseKernelGradient", [a, w, dy])
              : kernels.run(
                  "DepthwiseConv2dNativeBackpropFilter",
                  [a, tensor1d(w.shape, "int32"), dy],
                  attributes,
                ),
          ];
        },
      };
    },
  )(x, kernel) as Tensor4D;
}

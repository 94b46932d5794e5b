// 1×1 convolution as the matrix product that it is: TensorFlow's convolution kernels spend up to
// twice the time on the same arithmetic, most of it on the gradient of the kernel.
import {
  conv2d,
  customGrad,
  type GradSaveFunc,
  reshape,
  type Tensor,
  type Tensor4D,
} from "@tensorflow/tfjs-core";
import { nodeKernels } from "./node-kernels";

/** `[n, h, w, out]` of `[n, h, w, in]` under a kernel `[1, 1, in, out]`. */
export function pointwise(x: Tensor4D, kernel: Tensor4D): Tensor4D {
  const kernels = nodeKernels();
  if (!kernels) return conv2d(x, kernel, 1, "same");
  const [n, h, w, inChannels] = x.shape;
  const outChannels = kernel.shape[3];
  const rows = (t: Tensor, channels: number) => reshape(t, [n * h * w, channels]);
  const product = (a: Tensor, b: Tensor, transposeA: boolean, transposeB: boolean) =>
    kernels.run("MatMul", [a, b], { transpose_a: transposeA, transpose_b: transposeB });
  return customGrad(
    (input: Tensor | GradSaveFunc, filter: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
      const a = rows(input as Tensor, inChannels);
      const f = reshape(filter as Tensor, [inChannels, outChannels]);
      (save as GradSaveFunc)([a, f]);
      return {
        value: reshape(product(a, f, false, false), [n, h, w, outChannels]),
        gradFunc: (dy: Tensor, saved: Tensor[]) => {
          const [a, f] = saved as [Tensor, Tensor];
          const d = rows(dy, outChannels);
          return [
            reshape(product(d, f, false, true), x.shape),
            reshape(product(a, d, true, false), kernel.shape),
          ];
        },
      };
    },
  )(x, kernel) as Tensor4D;
}

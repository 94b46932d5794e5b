// ReLU6 with TensorFlow's own gradient: tfjs composes the gradient from comparisons and casts, at
// about thirty times the cost.
import {
  customGrad,
  type GradSaveFunc,
  relu6 as relu6Composed,
  type Tensor,
} from "@tensorflow/tfjs-core";
import { nodeKernels } from "./node-kernels";

/** min(max(x, 0), 6) */
export function relu6<T extends Tensor>(x: T): T {
  const kernels = nodeKernels();
  if (!kernels) return relu6Composed(x);
  return customGrad((input: Tensor | GradSaveFunc, save: Tensor | GradSaveFunc) => {
    const y = kernels.run("Relu6", [input as Tensor]);
    (save as GradSaveFunc)([y]);
    return {
      value: y,
      gradFunc: (dy: Tensor, saved: Tensor[]) => kernels.run("Relu6Grad", [dy, saved[0] as Tensor]),
    };
  })(x) as T;
}

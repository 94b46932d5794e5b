import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { batchNormComposed, batchNormTraining } from "../../trainer/ops/batch-norm";
import { depthwise } from "../../trainer/ops/depthwise";
import { nodeKernels, withKernels } from "../../trainer/ops/node-kernels";
import { pointwise } from "../../trainer/ops/pointwise";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const normal = (shape: number[], seed: number) => tf.randomNormal(shape, 0, 1, "float32", seed);

/** Largest difference of two tensors' elements. */
const distance = (a: tf.Tensor, b: tf.Tensor) => tf.max(tf.abs(tf.sub(a, b))).dataSync()[0];

/** Central differences of a scalar function at some elements of its input. */
function numericGradient(f: (x: tf.Tensor) => tf.Scalar, x: tf.Tensor, at: number[], step = 1e-2) {
  const values = x.dataSync();
  return at.map((i) => {
    const shifted = (by: number) => {
      const copy = values.slice();
      copy[i]! += by;
      return f(tf.tensor(copy, x.shape)).dataSync()[0] as number;
    };
    return (shifted(step) - shifted(-step)) / (2 * step);
  });
}

describe.each(["own", "tensorflow"] as const)("depthwise by the kernels of %s", (way) => {
  it.each([
    [3, 1, 8, 8, 4],
    [5, 1, 9, 9, 4],
    [3, 2, 8, 8, 4],
    [5, 2, 10, 10, 4],
    // More channels than the kernel takes at a time, and sides that differ.
    [5, 1, 6, 11, 150],
    [5, 2, 7, 12, 64],
    // Smaller than the kernel, as the last blocks of a small picture are.
    [5, 1, 2, 1, 70],
    [5, 2, 1, 1, 3],
  ] as const)("kernel %i, stride %i, %i×%i, %i channels: as tfjs's own", (...sizes) => {
    const [kernel, stride, height, width, channels] = sizes;
    const x = normal([2, height, width, channels], 1) as tf.Tensor4D;
    const w = normal([kernel, kernel, channels, 1], 2) as tf.Tensor4D;
    const weigh = (y: tf.Tensor) => tf.sum(tf.mul(y, normal(y.shape, 3))) as tf.Scalar;
    const gradients = () =>
      tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
        weigh(depthwise(a as tf.Tensor4D, b as tf.Tensor4D, stride)),
      )([x, w]);
    const ours = withKernels(way, gradients);
    const theirs = withKernels("plain", gradients);
    expect(ours.value.dataSync()[0]).toBeCloseTo(theirs.value.dataSync()[0] as number, 2);
    ours.grads.forEach((grad, i) => {
      expect(distance(grad, theirs.grads[i] as tf.Tensor)).toBeLessThan(1e-4);
    });
  });

  it("agrees with finite differences", () => {
    const x = normal([2, 6, 6, 70], 1) as tf.Tensor4D;
    const kernel = normal([5, 5, 70, 1], 2) as tf.Tensor4D;
    const loss = (w: tf.Tensor) => {
      const y = depthwise(x, w as tf.Tensor4D, 1);
      return tf.sum(tf.mul(y, normal(y.shape, 3))) as tf.Scalar;
    };
    const at = [0, 69, 840, 1749];
    withKernels(way, () => {
      const analytic = tf.grad(loss)(kernel).dataSync();
      const numeric = numericGradient(loss, kernel, at, 1e-1);
      at.forEach((i, k) => {
        expect(analytic[i]).toBeCloseTo(numeric[k] as number, 1);
      });
    });
  });
});

it("the binding brings our kernels", () => {
  expect(nodeKernels()?.own).toBe(true);
});

describe("pointwise", () => {
  const x = () => normal([2, 3, 5, 4], 1) as tf.Tensor4D;
  const kernel = () => normal([1, 1, 4, 7], 2) as tf.Tensor4D;
  const loss = (a: tf.Tensor, b: tf.Tensor) => {
    const y = pointwise(a as tf.Tensor4D, b as tf.Tensor4D);
    return tf.sum(tf.mul(tf.square(y), normal(y.shape, 3))) as tf.Scalar;
  };

  it("is a 1×1 convolution", () => {
    const ours = pointwise(x(), kernel());
    expect(distance(ours, tf.conv2d(x(), kernel(), 1, "same"))).toBeLessThan(1e-5);
  });

  it("agrees with finite differences", () => {
    const { grads } = tf.valueAndGrads(loss)([x(), kernel()]);
    const [inInput, inKernel] = grads.map((grad) => grad.dataSync());
    const numericInput = numericGradient((a) => loss(a, kernel()), x(), [0, 63, 119]);
    [0, 63, 119].forEach((i, k) => {
      expect(inInput?.[i]).toBeCloseTo(numericInput[k] as number, 1);
    });
    const numericKernel = numericGradient((b) => loss(x(), b), kernel(), [0, 13, 27]);
    [0, 13, 27].forEach((i, k) => {
      expect(inKernel?.[i]).toBeCloseTo(numericKernel[k] as number, 1);
    });
  });
});

describe.each([false, true])("batchNormTraining, clipped: %s", (clips) => {
  const x = () => normal([3, 4, 4, 5], 4) as tf.Tensor4D;
  const gamma = () => tf.tensor1d([1, 2, 0.5, 1.5, 1]);
  // The last channel lies about ReLU6's upper end, the others about its lower one or between.
  const beta = () => tf.tensor1d([0, 1, -1, 3, 6]);
  const loss = (form: typeof batchNormTraining) => (a: tf.Tensor, g: tf.Tensor, b: tf.Tensor) => {
    const { y } = form(a as tf.Tensor4D, g as tf.Tensor1D, b as tf.Tensor1D, 1e-3, clips);
    return tf.sum(tf.mul(y, normal(y.shape, 5))) as tf.Scalar;
  };

  it("agrees with plain ops in value, statistics and gradients", () => {
    const fused = batchNormTraining(x(), gamma(), beta(), 1e-3, clips);
    const plain = batchNormComposed(x(), gamma(), beta(), 1e-3, clips);
    expect(distance(fused.y, plain.y)).toBeLessThan(1e-4);
    expect(distance(fused.mean, plain.mean)).toBeLessThan(1e-5);
    expect(distance(fused.variance, plain.variance)).toBeLessThan(1e-4);
    const inputs = [x(), gamma(), beta()];
    const ours = tf.valueAndGrads(loss(batchNormTraining))(inputs).grads;
    const theirs = tf.valueAndGrads(loss(batchNormComposed))(inputs).grads;
    ours.forEach((grad, i) => {
      expect(distance(grad, theirs[i] as tf.Tensor)).toBeLessThan(1e-3);
    });
  });

  it("agrees with finite differences", () => {
    const run = loss(batchNormTraining);
    const inputs: [tf.Tensor, tf.Tensor, tf.Tensor] = [x(), gamma(), beta()];
    const { grads } = tf.valueAndGrads(run)([...inputs]);
    const check = (k: 0 | 1 | 2, at: number[]) => {
      const moved = (t: tf.Tensor) => run(...(inputs.with(k, t) as typeof inputs));
      const numeric = numericGradient(moved, inputs[k], at, 1e-3);
      const analytic = (grads[k] as tf.Tensor).dataSync();
      at.forEach((i, j) => {
        expect(analytic[i]).toBeCloseTo(numeric[j] as number, 1);
      });
    };
    check(0, [0, 17, 100, 239]);
    check(1, [0, 3, 4]);
    check(2, [0, 3, 4]);
  });
});

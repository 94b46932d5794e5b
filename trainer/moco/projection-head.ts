// The MLP head of MoCo v2 (Chen et al. 2020): the loss works on its output, and it is thrown away
// after pretraining, so that the features need not forget what the loss wants forgotten.
import {
  add,
  div,
  matMul,
  relu,
  sqrt,
  square,
  sum,
  type Tensor,
  type Tensor2D,
} from "@tensorflow/tfjs-core";
import type { NamedTensors } from "../network/encoder";
import type { Parameters } from "../network/parameters";
import { Random } from "../random";

const PREFIX = "contrast";

/** He-normal kernels, zero biases; the hidden layer is as wide as the features (MoCo v2). */
export function projectionHead(channels: number, dimensions: number, seed: number): Parameters {
  const random = Random.at(seed, 0x4ead);
  const dense = (inputs: number, outputs: number) => ({
    shape: [inputs, outputs],
    data: Float32Array.from(
      { length: inputs * outputs },
      () => random.normal() * Math.sqrt(2 / inputs),
    ),
  });
  return new Map([
    [`${PREFIX}/hidden/kernel`, dense(channels, channels)],
    [`${PREFIX}/hidden/bias`, { shape: [channels], data: new Float32Array(channels) }],
    [`${PREFIX}/output/kernel`, dense(channels, dimensions)],
    [`${PREFIX}/output/bias`, { shape: [dimensions], data: new Float32Array(dimensions) }],
  ]);
}

/** Features `[n, channels]` to unit vectors `[n, dimensions]`. */
export function project(weights: NamedTensors, features: Tensor2D): Tensor2D {
  const weight = (name: string) => weights.get(`${PREFIX}/${name}`) as Tensor2D;
  const hidden = relu(add(matMul(features, weight("hidden/kernel")), weight("hidden/bias")));
  const output = add(matMul(hidden as Tensor2D, weight("output/kernel")), weight("output/bias"));
  return unitLength(output as Tensor2D);
}

/** x / ‖x‖ along the last axis; nothing stays nothing, and its gradient finite (√ has none at 0). */
export function unitLength<T extends Tensor>(x: T): T {
  return div(x, sqrt(add(sum(square(x), -1, true), 1e-12))) as T;
}

export function isProjection(name: string): boolean {
  return name.startsWith(`${PREFIX}/`);
}

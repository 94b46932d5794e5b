// Student and teacher describe a place in the picture with vectors of different lengths. A 1×1
// convolution, learnt along and thrown away afterwards, brings the student's to the teacher's
// (FitNets' regressor, Romero et al. 2015).
import { add, conv2d, image, type Tensor1D, type Tensor4D } from "@tensorflow/tfjs-core";
import { unitLength } from "../moco/projection-head";
import type { NamedTensors } from "../network/encoder";
import type { Parameters } from "../network/parameters";
import { Random } from "../random";

const PREFIX = "feature-projection";

export function featureProjection(from: number, to: number, seed: number): Parameters {
  const random = Random.at(seed, 0xfea7);
  const data = Float32Array.from({ length: from * to }, () => random.normal() / Math.sqrt(from));
  return new Map([
    [`${PREFIX}/kernel`, { shape: [1, 1, from, to], data }],
    [`${PREFIX}/bias`, { shape: [to], data: new Float32Array(to) }],
  ]);
}

/** The student's map `[n, h, w, from]` as unit vectors in the teacher's terms, `[n, h, w, to]`. */
export function projectFeatures(weights: NamedTensors, featureMap: Tensor4D): Tensor4D {
  const kernel = weights.get(`${PREFIX}/kernel`) as Tensor4D;
  const bias = weights.get(`${PREFIX}/bias`) as Tensor1D;
  return unitLength(add(conv2d(featureMap, kernel, 1, "same"), bias) as Tensor4D);
}

/** A map `[n, h, w, c]` on a grid of `side` by `side`, for networks of different strides. */
export function onGrid(map: Tensor4D, side: number): Tensor4D {
  if (map.shape[1] === side) return map;
  return image.resizeBilinear(map, [side, side], false, true);
}

export function isFeatureProjection(name: string): boolean {
  return name.startsWith(`${PREFIX}/`);
}

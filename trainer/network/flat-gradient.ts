// Loss and gradient over flat weights, for the optimiser.
import {
  engine,
  type Scalar,
  type Tensor,
  type Tensor1D,
  tidy,
  zeros,
} from "@tensorflow/tfjs-core";
import type { NamedTensors } from "./encoder";
import { concatFlat, type FlatLayout, splitFlat } from "./flat-parameters";

export interface FlatGradient {
  loss: number;
  /** `[length]`; the caller disposes of it. Zero for weights that the loss does not touch. */
  gradient: Tensor1D;
}

/** Value and gradient of `f` at `flat`. */
export function flatGradient(
  layout: FlatLayout,
  flat: Tensor1D,
  f: (weights: NamedTensors) => Scalar,
): FlatGradient {
  const weights = splitFlat(layout, flat);
  const { value, grads } = engine().gradients(
    () => f(weights),
    layout.names.map((name) => weights.get(name) as Tensor),
    undefined,
    true,
  );
  const gradient = tidy(() =>
    concatFlat(
      // tfjs returns no gradient, against its types, for a weight that the loss does not touch.
      grads.map((grad: Tensor | undefined, i) => grad ?? zeros(layout.shapes[i] as number[])),
    ),
  );
  const loss = value.dataSync()[0] as number;
  value.dispose();
  for (const grad of grads as (Tensor | undefined)[]) grad?.dispose();
  for (const weight of weights.values()) weight.dispose();
  return { loss, gradient };
}

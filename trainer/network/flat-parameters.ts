// All trainable parameters as one flat vector, so that an optimiser step is a dozen operations and
// not a dozen for each of a hundred tensors.
import { concat, reshape, split, type Tensor, type Tensor1D } from "@tensorflow/tfjs-core";
import { isTrainable, type Parameters } from "./parameters";

export interface FlatLayout {
  names: string[];
  shapes: number[][];
  sizes: number[];
  length: number;
}

/** The order in which trainable parameters (or, with the other filter, statistics) lie. */
export function flatLayout(
  parameters: Parameters,
  include: (name: string) => boolean = isTrainable,
): FlatLayout {
  const names = [...parameters.keys()].filter(include);
  const shapes = names.map((name) => parameters.get(name)?.shape ?? []);
  const sizes = shapes.map((shape) => shape.reduce((a, b) => a * b, 1));
  return { names, shapes, sizes, length: sizes.reduce((a, b) => a + b, 0) };
}

export function flatten(layout: FlatLayout, parameters: Parameters): Float32Array {
  const flat = new Float32Array(layout.length);
  let offset = 0;
  layout.names.forEach((name, i) => {
    flat.set(parameters.get(name)?.data ?? [], offset);
    offset += layout.sizes[i] as number;
  });
  return flat;
}

/** Writes a flat vector back into named arrays (copies). */
export function unflatten(layout: FlatLayout, flat: Float32Array, into: Parameters): void {
  let offset = 0;
  layout.names.forEach((name, i) => {
    const size = layout.sizes[i] as number;
    into.set(name, {
      shape: layout.shapes[i] as number[],
      data: flat.slice(offset, offset + size),
    });
    offset += size;
  });
}

/** The flat tensor as one tensor for each name; the caller disposes of them. */
export function splitFlat(layout: FlatLayout, flat: Tensor1D): Map<string, Tensor> {
  const parts = split(flat, layout.sizes);
  return new Map(
    layout.names.map((name, i) => {
      const part = parts[i] as Tensor;
      const shaped = reshape(part, layout.shapes[i] as number[]);
      part.dispose();
      return [name, shaped];
    }),
  );
}

/** Tensors in the layout's order as one flat tensor. */
export function concatFlat(tensors: Tensor[]): Tensor1D {
  return concat(tensors.map((tensor) => reshape(tensor, [-1]))) as Tensor1D;
}

/**
 * 1 where weight decay applies: kernels, not biases or batch norm, `[length]`.
 *
 * @param learns false for what stays as it is: decay would move even a weight without a gradient.
 */
export function decayMask(
  layout: FlatLayout,
  learns: (name: string) => boolean = () => true,
): Float32Array {
  const mask = new Float32Array(layout.length);
  let offset = 0;
  layout.names.forEach((name, i) => {
    const size = layout.sizes[i] as number;
    if (name.endsWith("/kernel") && learns(name)) mask.fill(1, offset, offset + size);
    offset += size;
  });
  return mask;
}

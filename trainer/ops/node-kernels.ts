// TensorFlow's own kernels by name, where tfjs composes an operation from many small ones. Only
// the node backend can execute them; `nodeKernels()` tells whether it is there.
import { backend, getBackend, type Tensor } from "@tensorflow/tfjs-core";

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The part of tfjs-node's backend used here; it is not in its public types. */
interface NodeBackend {
  binding: Record<"TF_ATTR_TYPE" | "TF_ATTR_INT" | "TF_ATTR_FLOAT" | "TF_ATTR_BOOL", number> &
    Record<"TF_ATTR_STRING" | "TF_FLOAT", number>;
  executeSingleOutput(name: string, attributes: Attribute[], inputs: Tensor[]): Tensor;
  executeMultipleOutputs(
    name: string,
    attributes: Attribute[],
    inputs: Tensor[],
    outputs: number,
  ): Tensor[];
}

/** Executes TensorFlow kernels on float32 tensors. */
export interface NodeKernels {
  run(name: string, inputs: Tensor[], attributes?: Record<string, AttributeValue>): Tensor;
  runMany(
    name: string,
    inputs: Tensor[],
    outputs: number,
    attributes?: Record<string, AttributeValue>,
  ): Tensor[];
}

/** `{type: true}` stands for the type attribute float32; a number is a float, a list ints. */
type AttributeValue = string | boolean | number | number[] | { type: true };

/** How many callers want plain ops at the moment. */
let plain = 0;

/** Runs `f` with tfjs's own composed operations throughout: the reference that ours are held against. */
export function withPlainOps<T>(f: () => T): T {
  plain += 1;
  try {
    return f();
  } finally {
    plain -= 1;
  }
}

/** The node backend's kernels, or null on any other backend: operations then compose plain ops. */
export function nodeKernels(): NodeKernels | null {
  if (plain > 0 || getBackend() !== "tensorflow") return null;
  const node = backend() as unknown as NodeBackend;
  const { binding } = node;
  const encode = (attributes: Record<string, AttributeValue>): Attribute[] => [
    { name: "T", type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT },
    ...Object.entries(attributes).map(([name, value]) => {
      if (typeof value === "string") return { name, type: binding.TF_ATTR_STRING, value };
      if (typeof value === "boolean") return { name, type: binding.TF_ATTR_BOOL, value };
      if (typeof value === "number") return { name, type: binding.TF_ATTR_FLOAT, value };
      if (Array.isArray(value)) return { name, type: binding.TF_ATTR_INT, value };
      return { name, type: binding.TF_ATTR_TYPE, value: binding.TF_FLOAT };
    }),
  ];
  return {
    run: (name, inputs, attributes = {}) =>
      node.executeSingleOutput(name, encode(attributes), inputs),
    runMany: (name, inputs, outputs, attributes = {}) =>
      node.executeMultipleOutputs(name, encode(attributes), inputs, outputs),
  };
}

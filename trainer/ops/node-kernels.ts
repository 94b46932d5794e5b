// Kernels by name, where tfjs composes an operation from many small ones: TensorFlow's, and ours of
// `native/`. Only the node backend can execute them; `nodeKernels()` tells whether it is there. This
// is the one place that decides which of the three ways an operation goes.
import { backend, getBackend, type Tensor, tensor4d, tidy } from "@tensorflow/tfjs-core";

interface Attribute {
  name: string;
  type: number;
  value: unknown;
}

/** The part of tfjs-node's backend used here; it is not in its public types. */
interface NodeBackend {
  isUsingGpuDevice: boolean;
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

/** Executes kernels on float32 tensors. */
export interface NodeKernels {
  /** Whether those of `native/` are there, which are for the processor alone. */
  own: boolean;
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

/** From the slowest way to the fastest: tfjs's composed operations, TensorFlow's kernels, ours. */
const WAYS = ["plain", "tensorflow", "own"] as const;
type Way = (typeof WAYS)[number];

let fastest: Way = "own";

/** Runs `f`, gradients included, on no faster way than this: tests and bench compare them. */
export function withKernels<T>(way: Way, f: () => T): T {
  const before = fastest;
  fastest = way;
  try {
    return f();
  } finally {
    fastest = before;
  }
}

/** The node backend's kernels, or null on any other backend: operations then compose plain ops. */
export function nodeKernels(): NodeKernels | null {
  if (fastest === "plain" || getBackend() !== "tensorflow") return null;
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
    own: fastest === "own" && hasOwnKernels(node),
    run: (name, inputs, attributes = {}) =>
      node.executeSingleOutput(name, encode(attributes), inputs),
    runMany: (name, inputs, outputs, attributes = {}) =>
      node.executeMultipleOutputs(name, encode(attributes), inputs, outputs),
  };
}

let isOwnThere: boolean | undefined;

/** Tried once: a binding that an older `setup` compiled has none, and works without. */
function hasOwnKernels(node: NodeBackend): boolean {
  isOwnThere ??= !node.isUsingGpuDevice && canRunOwn(node);
  return isOwnThere;
}

function canRunOwn(node: NodeBackend): boolean {
  const one = tensor4d([1], [1, 1, 1, 1]);
  try {
    tidy(() => node.executeSingleOutput("UnmaskDepthwiseKernelGradient", [], [one, one, one]));
    return true;
  } catch {
    return false;
  } finally {
    one.dispose();
  }
}

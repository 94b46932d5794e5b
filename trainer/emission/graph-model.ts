// Writes a student as a tfjs graph model: fused convolutions, batch norm folded, outputs `logit`
// [n] and `map` [n, h, w]. Written by hand because tfjs's own converter is a Python program.
import type { PackageFiles } from "../../model/package/student";
import { hasShortcut, type StudentArchitecture } from "../../model/student/architecture";
import type { ConvolutionLayer, Parameters } from "../network/parameters";
import { foldBatchNorm } from "./fold";
import { type Storage, type StoredTensor, storeTensor } from "./quantise";

export interface EmittedModel {
  "model.json": Uint8Array;
  "weights.bin": Uint8Array;
}

/** The network of a package that has been verified. */
export function networkOf(files: PackageFiles): EmittedModel {
  const bytes = (name: keyof EmittedModel) => files.get(name) as Uint8Array;
  return { "model.json": bytes("model.json"), "weights.bin": bytes("weights.bin") };
}

/** How to store a layer's kernel; biases stay float32. */
export type KernelStorage = (layer: ConvolutionLayer) => Storage;

export const FLOAT32_KERNELS: KernelStorage = () => "float32";

/** Below this many weights a kernel saves little as uint8 and, being early and narrow, loses most. */
const MIN_UINT8_WEIGHTS = 16_384;

/**
 * The shipped scheme: uint8 for wide 1×1 kernels, which hold nearly all weights; float16 where
 * uint8 hurts and saves little.
 */
export const QUANTISED_KERNELS: KernelStorage = ({ kind, kernel, inChannels, outChannels }) =>
  kind === "dense" && kernel * kernel * inChannels * outChannels >= MIN_UINT8_WEIGHTS
    ? "uint8"
    : "float16";

type Attribute = Record<string, unknown>;
interface GraphNode {
  name: string;
  op: string;
  input?: string[];
  attr: Record<string, Attribute>;
}

const FLOAT: Attribute = { type: "DT_FLOAT" };
const INT: Attribute = { type: "DT_INT32" };
const text = (value: string): Attribute => ({ s: btoa(value) });
const ints = (...values: number[]): Attribute => ({ list: { i: values.map(String) } });
const shapeOf = (dims: number[]): Attribute => ({
  shape: { dim: dims.map((size) => ({ size: String(size) })) },
});

/** Emits a student's parameters as `model.json` and `weights.bin`. */
export function emitGraphModel(
  architecture: StudentArchitecture,
  parameters: Parameters,
  storage: KernelStorage,
): EmittedModel {
  const nodes: GraphNode[] = [];
  const weights: StoredTensor[] = [];
  const intWeights: { name: string; shape: number[]; bytes: Uint8Array; dtype: "int32" }[] = [];
  const { inputSize } = architecture;

  const constant = (tensor: StoredTensor) => {
    weights.push(tensor);
    nodes.push({
      name: tensor.name,
      op: "Const",
      attr: { dtype: FLOAT, value: { tensor: { dtype: "DT_FLOAT", ...shapeAsTensor(tensor) } } },
    });
    return tensor.name;
  };
  const axes = (name: string, values: number[]) => {
    const bytes = new Uint8Array(Int32Array.from(values).buffer);
    intWeights.push({ name, shape: [values.length], bytes, dtype: "int32" });
    nodes.push({
      name,
      op: "Const",
      attr: {
        dtype: INT,
        value: {
          tensor: { dtype: "DT_INT32", tensorShape: { dim: [{ size: String(values.length) }] } },
        },
      },
    });
    return name;
  };

  nodes.push({
    name: "pixels",
    op: "Placeholder",
    attr: { dtype: FLOAT, ...shapeOfInput(inputSize) },
  });
  let current = "pixels";
  let shortcut = current;
  for (const { layer, kernel, bias } of foldBatchNorm(architecture, parameters)) {
    if (layer.name.endsWith("/expand") || layer.name === "block0/depthwise") shortcut = current;
    const kernelName = constant(
      storeTensor(`${layer.name}/kernel`, kernel.shape, kernel.data, storage(layer)),
    );
    const biasName = constant(storeTensor(`${layer.name}/bias`, bias.shape, bias.data, "float32"));
    nodes.push(convolutionNode(layer, [current, kernelName, biasName]));
    // The last two layers both read the head.
    if (layer.name === "classifier" || layer.name === "mask") continue;
    current = layer.name;
    const block = layer.name.endsWith("/project") && blockOf(architecture, layer.name);
    if (block && hasShortcut(block)) {
      const name = layer.name.replace("/project", "/add");
      nodes.push({ name, op: "AddV2", input: [shortcut, current], attr: { T: FLOAT } });
      current = name;
    }
  }
  for (const [name, from] of [
    ["evidence", "classifier"],
    ["map", "mask"],
  ] as const)
    nodes.push({
      name,
      op: "Squeeze",
      input: [from],
      attr: { T: FLOAT, squeeze_dims: ints(3) },
    });
  nodes.push({
    name: "logit",
    op: "Mean",
    input: ["evidence", axes("logit/axes", [1, 2])],
    attr: { T: FLOAT, Tidx: INT, keep_dims: { b: false } },
  });

  const stored = [...weights, ...intWeights];
  const manifest = stored.map((tensor) => ({
    name: tensor.name,
    shape: tensor.shape,
    dtype: "dtype" in tensor ? tensor.dtype : "float32",
    ...("quantization" in tensor && tensor.quantization
      ? { quantization: tensor.quantization }
      : {}),
  }));
  const model = {
    format: "graph-model",
    generatedBy: "unmask trainer",
    convertedBy: null,
    signature: {
      inputs: { pixels: { name: "pixels:0", dtype: "DT_FLOAT", ...signatureShape(inputSize) } },
      outputs: {
        logit: { name: "logit:0", dtype: "DT_FLOAT" },
        map: { name: "map:0", dtype: "DT_FLOAT" },
      },
    },
    modelTopology: { node: nodes, library: {}, versions: { producer: 1645 } },
    weightsManifest: [{ paths: ["weights.bin"], weights: manifest }],
  };
  return {
    "model.json": new TextEncoder().encode(`${JSON.stringify(model)}\n`),
    "weights.bin": concatenate(stored.map(({ bytes }) => bytes)),
  };
}

function blockOf(architecture: StudentArchitecture, layerName: string) {
  const match = /^block(\d+)\//.exec(layerName);
  return match ? architecture.blocks[Number(match[1])] : undefined;
}

function shapeAsTensor({ shape }: StoredTensor) {
  return { tensorShape: { dim: shape.map((size) => ({ size: String(size) })) } };
}

function shapeOfInput(size: number): Record<string, Attribute> {
  return { shape: shapeOf([-1, size, size, 3]) };
}

function signatureShape(size: number) {
  return { tensorShape: { dim: [-1, size, size, 3].map((s) => ({ size: String(s) })) } };
}

function convolutionNode(layer: ConvolutionLayer, input: string[]): GraphNode {
  const fused = layer.relu6 ? ["BiasAdd", "Relu6"] : ["BiasAdd"];
  return {
    name: layer.name,
    op: layer.kind === "depthwise" ? "FusedDepthwiseConv2dNative" : "_FusedConv2D",
    input,
    attr: {
      T: FLOAT,
      strides: ints(1, layer.stride, layer.stride, 1),
      dilations: ints(1, 1, 1, 1),
      padding: text("SAME"),
      data_format: text("NHWC"),
      explicit_paddings: { list: {} },
      fused_ops: { list: { s: fused.map((op) => btoa(op)) } },
      num_args: { i: "1" },
      epsilon: { f: 0 },
    },
  };
}

function concatenate(parts: Uint8Array[]): Uint8Array {
  const result = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    result.set(part, offset);
    offset += part.length;
  }
  return result;
}

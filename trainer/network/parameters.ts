// The student's parameters outside tfjs: named, shaped float arrays, which checkpoints, exporters
// and initialisers exchange.
import type { StudentArchitecture } from "../../model/student/architecture";

export interface Parameter {
  shape: number[];
  data: Float32Array;
}

/**
 * Names: `stem/kernel`, `block3/expand/kernel`, `block3/depthwise/gamma`, `head/mean`, `classifier/bias`…
 * Kernels are HWIO (depthwise: HWC1).
 */
export type Parameters = Map<string, Parameter>;

/** One convolution of the network, in order of execution. */
export interface ConvolutionLayer {
  name: string;
  kind: "dense" | "depthwise";
  kernel: number;
  stride: 1 | 2;
  inChannels: number;
  outChannels: number;
  batchNorm: boolean;
  relu6: boolean;
}

/** Every convolution of an architecture, in order of execution. */
export function convolutionLayers(architecture: StudentArchitecture): ConvolutionLayer[] {
  const layers: ConvolutionLayer[] = [];
  const dense = (
    name: string,
    inChannels: number,
    outChannels: number,
    rest: Partial<ConvolutionLayer> = {},
  ) =>
    layers.push({
      name,
      kind: "dense",
      kernel: 1,
      stride: 1,
      inChannels,
      outChannels,
      batchNorm: true,
      relu6: true,
      ...rest,
    });
  dense("stem", 3, architecture.stemChannels, { kernel: 3, stride: 2 });
  architecture.blocks.forEach((block, i) => {
    const wide = block.inChannels * block.expand;
    if (block.expand !== 1) dense(`block${i}/expand`, block.inChannels, wide);
    layers.push({
      name: `block${i}/depthwise`,
      kind: "depthwise",
      kernel: block.kernel,
      stride: block.stride,
      inChannels: wide,
      outChannels: wide,
      batchNorm: true,
      relu6: true,
    });
    dense(`block${i}/project`, wide, block.outChannels, { relu6: false });
  });
  const last = architecture.blocks[architecture.blocks.length - 1];
  const features = last ? last.outChannels : architecture.stemChannels;
  dense("head", features, architecture.headChannels);
  // Two readings of the same features: one is averaged into the logit, one says where.
  dense("classifier", architecture.headChannels, 1, { batchNorm: false, relu6: false });
  dense("mask", architecture.headChannels, 1, { batchNorm: false, relu6: false });
  return layers;
}

export function kernelShape(layer: ConvolutionLayer): number[] {
  const { kernel, kind, inChannels, outChannels } = layer;
  return kind === "depthwise"
    ? [kernel, kernel, inChannels, 1]
    : [kernel, kernel, inChannels, outChannels];
}

/** Parameters of the right names and shapes, all zero, in the order that training lays them out. */
export function blankParameters(architecture: StudentArchitecture): Parameters {
  const parameters: Parameters = new Map();
  const blank = (name: string, shape: number[]) =>
    parameters.set(name, { shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) });
  for (const layer of convolutionLayers(architecture)) {
    blank(`${layer.name}/kernel`, kernelShape(layer));
    const parts = layer.batchNorm ? ["gamma", "beta", "mean", "variance"] : ["bias"];
    for (const part of parts) blank(`${layer.name}/${part}`, [layer.outChannels]);
  }
  return parameters;
}

/** Parameters learnt by gradient; the running statistics of batch norm are not. */
export function isTrainable(name: string): boolean {
  return !name.endsWith("/mean") && !name.endsWith("/variance");
}

export function countParameters(parameters: Parameters): number {
  let count = 0;
  for (const [name, { data }] of parameters) if (isTrainable(name)) count += data.length;
  return count;
}

/** @throws Error if a name is missing: the parameters belong to another architecture. */
export function parameter(parameters: Parameters, name: string): Parameter {
  const found = parameters.get(name);
  if (!found) throw new Error(`the parameters hold no ${name}`);
  return found;
}

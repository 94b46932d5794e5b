// ImageNet weights of EfficientNet-Lite0 under this project's names and layouts.
import type { StudentArchitecture } from "../../model/student/architecture";
import { EFFICIENTNET_LITE0_BLOCKS } from "../../model/student/architecture";
import { type ConvolutionLayer, convolutionLayers, type Parameters } from "../network/parameters";
import { CheckpointError, type TorchTensor } from "./legacy-torch";

type Checkpoint = ReadonlyMap<string, TorchTensor>;

function tensor(checkpoint: Checkpoint, name: string): TorchTensor {
  const found = checkpoint.get(name);
  if (!found) throw new CheckpointError(`the checkpoint holds no ${name}`);
  return found;
}

/** PyTorch OIHW to TensorFlow HWIO; depthwise (C, 1, H, W) becomes HWC1 by the same rule. */
function kernelToHwio(
  kernel: TorchTensor,
  depthwise: boolean,
): { shape: number[]; data: Float32Array } {
  const [o = 1, i = 1, h = 1, w = 1] = kernel.shape;
  const data = new Float32Array(kernel.data.length);
  let from = 0;
  for (let oo = 0; oo < o; oo++)
    for (let ii = 0; ii < i; ii++)
      for (let y = 0; y < h; y++)
        for (let x = 0; x < w; x++, from++)
          data[((y * w + x) * i + ii) * o + oo] = kernel.data[from] as number;
  return { shape: depthwise ? [h, w, o, 1] : [h, w, i, o], data };
}

/** Name of a layer's convolution and batch norm in the checkpoint. */
function sourceNames(layer: ConvolutionLayer, blocks: number): [kernel: string, norm: string] {
  if (layer.name === "stem") return ["_conv_stem", "_bn0"];
  if (layer.name === "head") {
    if (blocks === EFFICIENTNET_LITE0_BLOCKS.length) return ["_conv_head", "_bn1"];
    // The head of a cut network is the expansion of the block that would have followed.
    return [`_blocks.${blocks}._expand_conv`, `_blocks.${blocks}._bn0`];
  }
  const [block, part] = layer.name.split("/") as [string, "expand" | "depthwise" | "project"];
  const prefix = `_blocks.${block.slice("block".length)}`;
  const norm = { expand: "_bn0", depthwise: "_bn1", project: "_bn2" }[part];
  const kernel = { expand: "_expand_conv", depthwise: "_depthwise_conv", project: "_project_conv" };
  return [`${prefix}.${kernel[part]}`, `${prefix}.${norm}`];
}

/**
 * Initial parameters of a (cut) EfficientNet-Lite0 from its ImageNet checkpoint. The two last
 * layers are new: zeros, so that training starts at the prior.
 *
 * @throws CheckpointError if the checkpoint lacks a tensor or its shape differs.
 */
export function lite0Parameters(
  architecture: StudentArchitecture,
  checkpoint: Checkpoint,
): Parameters {
  const parameters: Parameters = new Map();
  for (const layer of convolutionLayers(architecture)) {
    if (!layer.batchNorm) continue;
    const [convolution, norm] = sourceNames(layer, architecture.blocks.length);
    const kernel = kernelToHwio(
      tensor(checkpoint, `${convolution}.weight`),
      layer.kind === "depthwise",
    );
    const channels = layer.kind === "depthwise" ? kernel.shape[2] : kernel.shape[3];
    if (channels !== layer.outChannels || kernel.shape[0] !== layer.kernel)
      throw new CheckpointError(`${convolution}: unexpected shape ${kernel.shape.join("×")}`);
    parameters.set(`${layer.name}/kernel`, kernel);
    for (const [ours, theirs] of [
      ["gamma", "weight"],
      ["beta", "bias"],
      ["mean", "running_mean"],
      ["variance", "running_var"],
    ] as const) {
      const { shape, data } = tensor(checkpoint, `${norm}.${theirs}`);
      parameters.set(`${layer.name}/${ours}`, { shape, data: data.slice() });
    }
  }
  const head = architecture.headChannels;
  for (const name of ["classifier", "mask"]) {
    parameters.set(`${name}/kernel`, { shape: [1, 1, head, 1], data: new Float32Array(head) });
    parameters.set(`${name}/bias`, { shape: [1], data: new Float32Array(1) });
  }
  return parameters;
}

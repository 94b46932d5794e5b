// The student family described as data: every network is a list of inverted-residual blocks,
// so that the trainer, the exporter and the card all speak of the same thing.

/** One MobileNetV2-style block: 1×1 expansion, depthwise convolution, 1×1 linear projection. */
export interface InvertedResidual {
  kernel: 3 | 5;
  stride: 1 | 2;
  /** Width of the depthwise part as a multiple of `inChannels`; 1 means no expansion layer. */
  expand: number;
  inChannels: number;
  outChannels: number;
}

/** A student: RGB in, one logit of manipulation and a coarse map of where out. */
export interface StudentArchitecture {
  name: string;
  /** Side of the square input in pixels. */
  inputSize: number;
  /** Channels of the first 3×3 convolution, which has stride 2. */
  stemChannels: number;
  blocks: readonly InvertedResidual[];
  /** Channels of the 1×1 convolution between the last block and the two outputs. */
  headChannels: number;
}

/** Batch-norm epsilon of EfficientNet. */
export const BATCH_NORM_EPSILON = 1e-3;

/** `repeats` blocks of one EfficientNet stage: the first may stride and change the width. */
function stage(
  repeats: number,
  kernel: 3 | 5,
  stride: 1 | 2,
  expand: number,
  inChannels: number,
  outChannels: number,
): InvertedResidual[] {
  return Array.from({ length: repeats }, (_, i) => ({
    kernel,
    stride: i === 0 ? stride : 1,
    expand,
    inChannels: i === 0 ? inChannels : outChannels,
    outChannels,
  }));
}

/** EfficientNet-Lite0 (Tan & Le 2019; the "Lite" variant drops squeeze-excite, uses ReLU6). */
export const EFFICIENTNET_LITE0_BLOCKS: readonly InvertedResidual[] = [
  ...stage(1, 3, 1, 1, 32, 16),
  ...stage(2, 3, 2, 6, 16, 24),
  ...stage(2, 5, 2, 6, 24, 40),
  ...stage(3, 3, 2, 6, 40, 80),
  ...stage(3, 5, 1, 6, 80, 112),
  ...stage(4, 5, 2, 6, 112, 192),
  ...stage(1, 3, 1, 6, 192, 320),
];

/**
 * EfficientNet-Lite0 cut after its first `blocks` blocks. The head is as wide as the next block's
 * expansion (or the published 1280 at the end), so that it too starts from ImageNet weights.
 */
export function truncatedLite0(blocks: number, inputSize: number): StudentArchitecture {
  const next = EFFICIENTNET_LITE0_BLOCKS[blocks];
  return {
    name: `efficientnet-lite0-b${blocks}-${inputSize}`,
    inputSize,
    stemChannels: 32,
    blocks: EFFICIENTNET_LITE0_BLOCKS.slice(0, blocks),
    headChannels: next ? next.inChannels * next.expand : 1280,
  };
}

/** Factor between the input's side and the coarse map's side. */
export function totalStride(architecture: StudentArchitecture): number {
  return architecture.blocks.reduce((product, block) => product * block.stride, 2);
}

/** True where a block adds its input to its output. */
export function hasShortcut(block: InvertedResidual): boolean {
  return block.stride === 1 && block.inChannels === block.outChannels;
}

// The students on offer. All but one are cuts of EfficientNet-Lite0, so that each starts from
// ImageNet weights and keeps a fine map of where: the traces of manipulation are local and small.
import {
  EFFICIENTNET_LITE0_BLOCKS,
  type StudentArchitecture,
  truncatedLite0,
} from "../../model/student/architecture";
import { INPUT_SIZE } from "../stages/common-settings";

/** A name, or how many blocks of EfficientNet-Lite0 to keep. */
export type StudentSize = "tiny" | "small" | "medium" | "large" | { blocks: number };

/** @param inputSize side of the square input in pixels. */
export function studentOfSize(size: StudentSize, inputSize = INPUT_SIZE): StudentArchitecture {
  if (size === "tiny") return tinyStudent(inputSize);
  if (typeof size === "object") return truncatedLite0(size.blocks, inputSize);
  // 0.29, 0.78 and 3.4 million parameters. The first two end before the last stride, where the map
  // is 1/16 of the input's side; the third is the teacher's own architecture, which shows what
  // distillation does where nothing is made smaller.
  const blocks = { small: 8, medium: 11, large: 16 }[size];
  return truncatedLite0(blocks, inputSize);
}

/** The architecture of that name, as a card gives it. @throws RangeError if there is none. */
export function studentNamed(name: string): StudentArchitecture {
  const [, blocks, cutSize, tinySize] =
    /^(?:efficientnet-lite0-b(\d+)-(\d+)|tiny-(\d+))$/.exec(name) ?? [];
  if (tinySize) return tinyStudent(Number(tinySize));
  if (cutSize && Number(blocks) <= EFFICIENTNET_LITE0_BLOCKS.length)
    return truncatedLite0(Number(blocks), Number(cutSize));
  throw new RangeError(`there is no student of the name ${name}`);
}

/** Learns a plain pattern in seconds: for trying out a machine, and for tests. */
function tinyStudent(inputSize: number): StudentArchitecture {
  return {
    name: `tiny-${inputSize}`,
    inputSize,
    stemChannels: 8,
    blocks: [
      { kernel: 3, stride: 1, expand: 1, inChannels: 8, outChannels: 8 },
      { kernel: 3, stride: 2, expand: 2, inChannels: 8, outChannels: 12 },
      { kernel: 5, stride: 1, expand: 2, inChannels: 12, outChannels: 12 },
    ],
    headChannels: 24,
  };
}

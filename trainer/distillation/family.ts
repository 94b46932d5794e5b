// The students on offer. All are cuts of EfficientNet-Lite0, so that each starts from ImageNet
// weights and keeps a fine map of where: the traces of manipulation are local and small.
import { type StudentArchitecture, truncatedLite0 } from "../../model/student/architecture";
import { INPUT_SIZE } from "../stages/common-settings";

export type StudentSize = "small" | "medium" | "large";

/** @param inputSize side of the square input in pixels. */
export function studentOfSize(size: StudentSize, inputSize = INPUT_SIZE): StudentArchitecture {
  // 0.29, 0.78 and 3.4 million parameters. The first two end before the last stride, where the map
  // is 1/16 of the input's side; the third is the teacher's own architecture, which shows what
  // distillation does where nothing is made smaller.
  const blocks = { small: 8, medium: 11, large: 16 }[size];
  return truncatedLite0(blocks, inputSize);
}

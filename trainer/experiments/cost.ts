// What a step will cost, in multiply-adds of its networks: known before anything has run, and turned
// into time by the steps of the same kind that are already done.
import type { StudentArchitecture } from "../../model/student/architecture";
import { convolutionLayers } from "../network/parameters";
import type { DistilSettings } from "../stages/distil-settings";
import type { PretrainSettings } from "../stages/pretrain-settings";
import type { TeachSettings } from "../stages/teach-settings";

/** Forward and backward together cost three times the forward pass. */
const TRAINING = 3;

/** Multiply-adds of one picture's forward pass. */
export function multiplyAdds(architecture: StudentArchitecture): number {
  let side = architecture.inputSize;
  return convolutionLayers(architecture).reduce((sum, layer) => {
    side = Math.ceil(side / layer.stride);
    const { kernel, inChannels, outChannels, kind } = layer;
    const perCell = kernel ** 2 * (kind === "depthwise" ? outChannels : inChannels * outChannels);
    return sum + side ** 2 * perCell;
  }, 0);
}

/** Queries forward and back; keys, and the pseudo-fakes among them, forward only. */
export function pretrainCost({ architecture, steps, n, blended }: PretrainSettings): number {
  return steps * n * (TRAINING + 1 + (blended ? 1 : 0)) * multiplyAdds(architecture);
}

/** The probe runs the frozen encoder forward only. */
export function teachCost({ architecture, steps, probe, batch }: TeachSettings): number {
  const n = 2 * (batch.pairs + batch.labelled);
  return n * (probe.steps + TRAINING * steps) * multiplyAdds(architecture);
}

export function distilCost(
  { architecture, steps, batch }: DistilSettings,
  teacher: StudentArchitecture,
): number {
  const perPicture =
    TRAINING * multiplyAdds(architecture) +
    multiplyAdds({ ...teacher, inputSize: architecture.inputSize });
  return steps * (batch.faces + batch.blends) * perPicture;
}

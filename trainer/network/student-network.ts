// The student's forward pass for training and for checks: the encoder and its two outputs, the same
// layers as the emitted graph with batch norm unfolded.
import type { Tensor1D, Tensor3D, Tensor4D } from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import { type BatchStatistics, encoderForward, type NamedTensors, readOut } from "./encoder";

export interface StudentOutputs {
  /** `[n]` */
  logit: Tensor1D;
  /** `[n, h, w]` */
  map: Tensor3D;
}

/**
 * Runs the student on normalised pixels `[n, size, size, 3]`.
 *
 * @param weights trainable parameters, and for inference `…/mean` and `…/variance` as well.
 * @param statistics given while training: batch statistics are used and recorded here (kept).
 */
export function studentForward(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Tensor4D,
  statistics?: BatchStatistics,
): StudentOutputs {
  return readOut(weights, encoderForward(architecture, weights, pixels, statistics));
}

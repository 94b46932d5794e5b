// What of a network training leaves as it is.
import { type Tensor4D, tidy } from "@tensorflow/tfjs-core";
import type { StudentArchitecture } from "../../model/student/architecture";
import {
  type BatchStatistics,
  encoderForward,
  encoderRest,
  encoderStart,
  type NamedTensors,
} from "./encoder";
import { decayMask, type FlatLayout } from "./flat-parameters";

/**
 * `none`: every weight learns, and batch norm takes the statistics of the batch. Otherwise batch norm
 * keeps the statistics that the network starts with, and the stem and the first blocks their weights.
 */
export type Freeze = "none" | { blocks: number };

function isFrozen(name: string, freeze: Freeze): boolean {
  if (freeze === "none") return false;
  const [layer = ""] = name.split("/");
  return layer === "stem" || (/^block\d+$/.test(layer) && Number(layer.slice(5)) < freeze.blocks);
}

/** @throws Error if more blocks are to be kept than the network has. */
export function requireFreezable(architecture: StudentArchitecture, freeze: Freeze): void {
  const { name, blocks } = architecture;
  if (freeze !== "none" && freeze.blocks > blocks.length)
    throw new Error(`freeze names ${freeze.blocks} blocks, and ${name} has ${blocks.length}`);
}

/** 1 where weight decay applies: decay would move even a weight without a gradient. */
export function decayMaskBut(layout: FlatLayout, freeze: Freeze): Float32Array {
  const mask = decayMask(layout);
  let offset = 0;
  layout.names.forEach((name, i) => {
    const end = offset + (layout.sizes[i] as number);
    if (isFrozen(name, freeze)) mask.fill(0, offset, end);
    offset = end;
  });
  return mask;
}

/**
 * The part of the encoder that does not learn, outside the tape; the caller disposes of the result.
 *
 * @param weights all of them, with `…/mean` and `…/variance` where anything is frozen.
 */
export function frozenPart(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  pixels: Tensor4D,
  freeze: Freeze,
): Tensor4D {
  if (freeze === "none") return pixels.clone();
  return tidy(() => encoderStart(architecture, weights, pixels, freeze.blocks));
}

/** The part that learns, on what `frozenPart` gave: the feature map. */
export function learningPart(
  architecture: StudentArchitecture,
  weights: NamedTensors,
  start: Tensor4D,
  freeze: Freeze,
  statistics: BatchStatistics,
): Tensor4D {
  if (freeze !== "none") return encoderRest(architecture, weights, start, freeze.blocks);
  return encoderForward(architecture, weights, start, statistics);
}

// The first stage of a run that begins with a data set as researchers have it.
import { availableParallelism } from "node:os";
import type { TrainerConfig } from "../config/schema";
import { type PrepareJob, type PrepareResult, prepare } from "../prepare/prepare";
import { PREPARE_DEFAULTS } from "../prepare/prepare-defaults";

/** @param root folder of the data set. @param out folder of the shards. */
export function prepareStage(
  { prepare: knobs, seed }: TrainerConfig,
  root: string,
  out: string,
  hooks: Pick<PrepareJob, "signal" | "onMessage" | "onUnit">,
): Promise<PrepareResult> {
  const { layout, frames, faces, margin, maxPx, minFacePx, quality, workers } = knobs;
  return prepare({
    ...hooks,
    root,
    layout,
    out,
    settings: { frames, faces, margin, maxPx, minFacePx, quality },
    plan: {
      shard: { index: 0, count: 1 },
      seed,
      shares: { val: knobs.val, test: knobs.test },
      split: knobs.split,
    },
    reading: { compression: knobs.compression, sourceVideos: knobs.studio },
    shards: PREPARE_DEFAULTS.shards,
    workers: workers === "auto" ? availableParallelism() : workers,
  });
}

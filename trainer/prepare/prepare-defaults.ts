// Every knob of `prepare` with its default and the reason for it.
import type { Shares } from "../datasets/splits/draw";
import type { SplitRule } from "./plan";
import type { PrepareJob } from "./prepare";
import type { PrepareSettings } from "./prepare-unit";

export interface PrepareDefaults {
  layout: string;
  settings: PrepareSettings;
  shares: Shares;
  split: SplitRule;
  studio: "unlabelled" | "real" | "none";
  shards: PrepareJob["shards"];
}

export const PREPARE_DEFAULTS: PrepareDefaults = {
  layout: "auto",
  settings: {
    // DeepfakeBench's number; neighbouring frames say little new.
    frames: 32,
    faces: "largest",
    // Twice the box leaves room for jitter around the training crop.
    margin: 2,
    maxPx: 256,
    // Smaller faces are not judged by the extension either.
    minFacePx: 48,
    quality: 93,
  },
  shares: { val: 0.1, test: 0.1 },
  split: "groups",
  studio: "unlabelled",
  shards: { maxBytes: 1e9, maxRecords: 1000 },
};

// One prepared face as a shard holds it: `<key>.jpg`, `<key>.json` and, where there are landmarks,
// `<key>.npy`. Format: github.com/webdataset/webdataset.
import * as v from "valibot";

/** What the `.json` says; the terms of `manifest.jsonl`. Other keys are kept. */
export const FaceMeta = v.looseObject({
  label: v.picklist(["real", "fake", "unlabelled"]),
  split: v.picklist(["train", "val", "test"]),
  source: v.string(),
  generator: v.string(),
  group: v.string(),
  video: v.optional(v.string()),
  frame: v.optional(v.number()),
  /** `[x, y, w, h]` of the detector in the crop, pixels. */
  box: v.tuple([v.number(), v.number(), v.number(), v.number()]),
  /** Of a face that `redraw` made: the `file` of the row it was made from. */
  redrawnOf: v.optional(v.string()),
});
export type FaceMeta = v.InferOutput<typeof FaceMeta>;

export interface ShardSample {
  /** Unique in the data set; letters, digits, `_`, `-` and `/`. */
  key: string;
  jpeg: Uint8Array;
  meta: FaceMeta;
  /** A whole `.npy` file. */
  landmarks?: Uint8Array;
}

/** A shard that cannot be written or read; the message begins with the file. */
export class ShardError extends Error {
  override name = "ShardError";
}

/**
 * Readers take everything up to the first dot for the key. Longer names would need an extended tar
 * header, which not every reader of WebDataset knows.
 */
export function isShardKey(key: string): boolean {
  return /^[\w-]+(\/[\w-]+)*$/.test(key) && key.length <= 90;
}

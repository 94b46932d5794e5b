// What every layout reader yields: one video, or one picture or frame, as the data set describes it
// and before any face is sought in it. Field names are those of `manifest.jsonl`.
import type { ReadReport } from "./report";

export type Label = "real" | "fake" | "unlabelled";
export type SplitName = "train" | "val" | "test";

export interface SourceRecord {
  /** Path from the data set's root, with `/`; of an archived frame, its path in the archive. */
  file: string;
  /** Path from the root of the archive that holds `file`. */
  archive?: string;
  kind: "video" | "picture";
  label: Label;
  /** The data set's own split; absent where it states none for this file. */
  split?: SplitName;
  source: string;
  /** How it was made; `camera` for real ones. */
  generator: string;
  /**
   * Everyone who may be seen in it or whose face went into it, as `<name space>:<id>`. Records that
   * share one belong to one group. Sets built from the same footage share the name space.
   */
  identities: string[];
  /** Key of the video, unique in the data set; absent for a still picture. */
  video?: string;
  /** Number of the frame in its video. */
  frame?: number;
  /** Path from the root of the `.npy` with this frame's landmarks. */
  landmarks?: string;
  /** The detector's box `[x, y, w, h]` in pixels, where the data set brings one. */
  box?: [number, number, number, number];
  /**
   * The content of an archived frame. Only until the next record is asked for: the archive streams
   * past and is never unpacked to disk.
   */
  bytes?: () => Promise<Uint8Array>;
}

export interface ReadOptions {
  report: ReadReport;
  /** FaceForensics++ and DeepfakeBench: read this level only; all that are there if absent. */
  compression?: "raw" | "c23" | "c40";
  /**
   * DeeperForensics: what to make of its studio footage, which its authors say is not the real part
   * of the data set. `unlabelled` (the default) keeps it for pretraining.
   */
  sourceVideos?: Label | "none";
  /**
   * Layouts of archives: which of them to read, so that a machine need not stream those of others.
   * All that lie in one archive share group and split.
   */
  archives?: (file: string) => boolean;
  signal?: AbortSignal;
}

/** One layout of the field. */
export interface Layout {
  /** What the command line calls it. */
  id: string;
  /** What people call it. */
  name: string;
  /** Whether the folder has this layout, told from names alone. */
  recognise(root: string): Promise<boolean>;
  /**
   * Yields records in a stable order, one metadata file in memory at a time.
   *
   * @throws DatasetError naming the file, for metadata that cannot be understood.
   */
  read(root: string, options: ReadOptions): AsyncIterable<SourceRecord>;
}

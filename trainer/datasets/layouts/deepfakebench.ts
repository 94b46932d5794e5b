// DeepfakeBench: JSON files `{dataset: {label: {split: {[c23: ]{video: {label, frames}}}}}}` beside
// extracted frames and 81-point landmarks (`frames/<video>/000.png`, `landmarks/<video>/000.npy`).
// Shape: `preprocessing/rearrange.py`, `training/dataset/abstract_dataset.py` and the README of
// github.com/SCLBD/DeepfakeBench.
import * as v from "valibot";
import { FrameFinder } from "./deepfakebench-frames";
import { identitiesOf, sourceOf, verdictOf } from "./deepfakebench-names";
import { frameNumber, listingOf, within } from "./listing";
import { readJson } from "./metadata";
import type { Layout, ReadOptions, SourceRecord, SplitName } from "./record";
import type { ReadReport } from "./report";

const JSON_FOLDERS = ["", "dataset_json", "preprocessing/dataset_json"];
const LEVELS = ["raw", "c23", "c40"] as const;

const Video = v.object({ label: v.string(), frames: v.array(v.string()) });
const Videos = v.record(v.string(), Video);
const Levels = v.strictObject({
  raw: v.optional(Videos),
  c23: v.optional(Videos),
  c40: v.optional(Videos),
});
const Splits = v.record(v.picklist(["train", "val", "test"]), v.union([Levels, Videos]));
const Benchmark = v.record(v.string(), v.record(v.string(), Splits));

interface ListedVideo {
  name: string;
  label: string;
  frames: string[];
  splits: Set<SplitName>;
}

export const deepfakeBench: Layout = {
  name: "DeepfakeBench",

  async recognise(root) {
    const folders = await Promise.all(JSON_FOLDERS.map((folder) => jsonFiles(root, folder)));
    const [own = [], ...others] = folders;
    if (others.some((files) => files.length > 0)) return true;
    const { folders: beside } = await listingOf(root, "");
    return (
      own.length > 0 &&
      beside.some((name) => /^(FaceForensics|Celeb-DF|DFDC|UADFV|Deeper)/.test(name))
    );
  },

  async *read(root, options) {
    const finder = new FrameFinder(root);
    const met = new Map<string, SourceRecord["label"]>();
    for (const folder of JSON_FOLDERS) {
      for (const file of await jsonFiles(root, folder)) {
        for (const [dataset, labels] of Object.entries(await readJson(root, file, Benchmark))) {
          for (const [label, splits] of Object.entries(labels)) {
            for (const video of listedVideos(splits, options)) {
              yield* videoRecords(video, { dataset, label, file }, finder, met, options);
            }
          }
        }
      }
    }
  },
};

async function jsonFiles(root: string, folder: string): Promise<string[]> {
  const { files } = await listingOf(root, folder);
  return files.filter((name) => name.endsWith(".json")).map((name) => within(folder, name));
}

/** A label's videos, each once, with all the splits that list it; levels are videos of their own. */
function listedVideos(
  splits: v.InferOutput<typeof Splits>,
  { compression }: ReadOptions,
): ListedVideo[] {
  const listed = new Map<string, ListedVideo>();
  for (const [split, content] of Object.entries(splits) as [SplitName, object][]) {
    const leveled = LEVELS.some((level) => level in content && !("frames" in content));
    const groups = leveled
      ? (content as v.InferOutput<typeof Levels>)
      : { "": content as v.InferOutput<typeof Videos> };
    for (const [level, videos] of Object.entries(groups)) {
      if (leveled && compression && level !== compression) continue;
      for (const [name, { label, frames }] of Object.entries(videos ?? {})) {
        const key = `${level}/${name}`;
        const video = listed.get(key) ?? { name, label, frames, splits: new Set() };
        video.splits.add(split);
        listed.set(key, video);
      }
    }
  }
  return [...listed.values()];
}

/**
 * The benchmark's lists repeat themselves: where a data set has no split it puts every video into
 * all three, and Celeb-DF's test videos are in `train` as well. Testing wins, so that nothing is
 * trained on that is tested on; `val`, which copies one of the others, comes last.
 */
function splitOf(splits: ReadonlySet<SplitName>, source: string): SplitName | undefined {
  const everywhere = splits.size === 3;
  if (everywhere && !source.startsWith("celeb-df")) return undefined;
  return (["test", "train", "val"] as const).find((split) => splits.has(split));
}

async function* videoRecords(
  video: ListedVideo,
  place: { dataset: string; label: string; file: string },
  finder: FrameFinder,
  met: Map<string, SourceRecord["label"]>,
  { report, signal }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  signal?.throwIfAborted();
  const where = `${place.file}: ${place.label}/${video.name}`;
  const verdict = labelOf(video, place.label, where, report);
  if (!verdict) return;
  const found = await finder.locate(video.frames);
  if (!found) {
    report.add("missing", where, `none of its ${video.frames.length} frames is there`);
    return;
  }
  const before = met.get(found.folder);
  if (before) {
    const detail = `${found.folder} was met before as ${before}`;
    report.add(before === verdict.label ? "duplicate" : "contradiction", where, detail);
    return;
  }
  met.set(found.folder, verdict.label);
  for (const name of found.missing) report.add("missing", within(found.folder, name), where);
  const source = sourceOf(place.dataset, place.label);
  const split = splitOf(video.splits, source);
  const identities = identitiesOf(source, video.name);
  for (const frame of found.frames) {
    yield {
      ...frame,
      kind: "picture",
      ...verdict,
      ...(split ? { split } : {}),
      source,
      identities,
      video: found.folder,
      frame: frameNumber(frame.file),
    };
  }
}

function labelOf(
  video: ListedVideo,
  label: string,
  where: string,
  report: ReadReport,
): ReturnType<typeof verdictOf> {
  const outer = verdictOf(label);
  const inner = verdictOf(video.label);
  if (!outer || !inner) {
    report.add(
      "unknown-name",
      where,
      `label ${outer ? video.label : label} says neither real nor fake`,
    );
    return null;
  }
  if (outer.label !== inner.label) {
    report.add("contradiction", where, `listed under ${label}, labelled ${video.label}`);
    return null;
  }
  return outer;
}

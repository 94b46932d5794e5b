// DeepfakeBench: JSON files beside extracted frames and 81-point landmarks (`frames/<video>/000.png`,
// `landmarks/<video>/000.npy`).
// Shape: `preprocessing/rearrange.py`, `training/dataset/abstract_dataset.py` and the README of
// github.com/SCLBD/DeepfakeBench.
import { FrameFinder } from "./deepfakebench-frames";
import { identitiesOf, sourceOf, verdictOf } from "./deepfakebench-names";
import { Benchmark, type ListedVideo, listedVideos, splitOf } from "./deepfakebench-videos";
import { frameNumber, listingOf, within } from "./listing";
import { readJson } from "./metadata";
import type { Layout, ReadOptions, SourceRecord } from "./record";
import type { ReadReport } from "./report";

/** Where the JSON files lie: the first of these that has any. */
const JSON_FOLDERS = ["dataset_json", "preprocessing/dataset_json", ""];
const DATASETS = /^(FaceForensics|Celeb-DF|DFDC|UADFV|Deeper)/;

export const deepfakeBench: Layout = {
  id: "deepfakebench",
  name: "DeepfakeBench",

  async recognise(root) {
    const [first = ""] = await jsonFiles(root);
    if (first.includes("/")) return true;
    const { folders } = await listingOf(root, "");
    return first !== "" && folders.some((name) => DATASETS.test(name));
  },

  async *read(root, options) {
    const finder = new FrameFinder(root);
    const met = new Map<string, SourceRecord["label"]>();
    for (const file of await jsonFiles(root)) {
      for (const [dataset, labels] of Object.entries(await readJson(root, file, Benchmark))) {
        for (const [label, splits] of Object.entries(labels)) {
          for (const video of listedVideos(splits, options)) {
            yield* videoRecords(video, { dataset, label, file }, finder, met, options);
          }
        }
      }
    }
  },
};

async function jsonFiles(root: string): Promise<string[]> {
  for (const folder of JSON_FOLDERS) {
    const files = (await listingOf(root, folder)).files.filter((name) => name.endsWith(".json"));
    if (files.length > 0) return files.map((name) => within(folder, name));
  }
  return [];
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

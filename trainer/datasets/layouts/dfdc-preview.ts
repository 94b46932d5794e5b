// The DFDC preview: `original_videos`, `method_A`, `method_B`, and a `dataset.json` whose keys are
// the videos' paths. Shape: arXiv 1910.08854, and the readers of DeepfakeBench and
// github.com/mever-team/DeepFakeChain; SelfBlendedImages keeps a `videos/` below each folder.
import * as v from "valibot";
import { filesBelow, isVideo, listingOf } from "./listing";
import { readJson } from "./metadata";
import type { Layout, ReadOptions, SourceRecord } from "./record";

const FOLDERS = ["original_videos", "method_A", "method_B"];

const Id = v.pipe(v.union([v.string(), v.number()]), v.transform(String));
const Entry = v.object({
  label: v.picklist(["real", "fake"]),
  set: v.picklist(["train", "val", "test"]),
  target_id: Id,
  swapped_id: v.nullish(Id),
});
const Dataset = v.record(v.string(), Entry);

export const dfdcPreview: Layout = {
  id: "dfdc-preview",
  name: "DFDC preview",

  async recognise(root) {
    const { folders, files } = await listingOf(root, "");
    return files.includes("dataset.json") && FOLDERS.some((name) => folders.includes(name));
  },

  async *read(root, options) {
    const entries = new Map(Object.entries(await readJson(root, "dataset.json", Dataset)));
    for (const folder of FOLDERS) yield* readFolder(root, folder, entries, options);
    for (const file of entries.keys()) {
      options.report.add("missing", file, "dataset.json lists it");
    }
  },
};

/** Takes what it meets out of `entries`. */
async function* readFolder(
  root: string,
  folder: string,
  entries: Map<string, v.InferOutput<typeof Entry>>,
  { report, signal }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  for await (const file of filesBelow(root, folder)) {
    signal?.throwIfAborted();
    const key = file.replace(`${folder}/videos/`, `${folder}/`);
    const entry = entries.get(key);
    if (!isVideo(file)) {
      report.add("unknown-name", file, "not a video");
      continue;
    }
    if (!entry) {
      report.add("unlisted", file, "not in dataset.json");
      continue;
    }
    entries.delete(key);
    if ((entry.label === "real") !== (folder === "original_videos")) {
      report.add("contradiction", file, `dataset.json calls it ${entry.label}`);
      continue;
    }
    const ids = [entry.target_id, ...(entry.swapped_id ? [entry.swapped_id] : [])];
    yield {
      file,
      kind: "video",
      video: file,
      label: entry.label,
      split: entry.set,
      source: "dfdc-preview",
      generator: entry.label === "real" ? "camera" : `dfdc-preview-${folder}`,
      identities: ids.map((id) => `dfdc-preview:${id}`),
    };
  }
}

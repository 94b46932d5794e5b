// The DeepFake Detection Challenge: folders of videos, each with its list. Shape: the competition's
// data page, and the indexing scripts of DeepfakeBench and github.com/mever-team/DeepFakeChain.
import { readDfdcList } from "./dfdc-lists";
import { listingOf, within } from "./listing";
import { mediaIn, mediumFields } from "./media";
import type { Label, Layout, ReadOptions, SourceRecord } from "./record";

const LISTS = ["metadata.json", "labels.csv"];
/** `train/dfdc_train_part_0` is the deepest of the shapes met. */
const DEPTH = 2;

export const dfdc: Layout = {
  id: "dfdc",
  name: "DFDC",

  async recognise(root) {
    for await (const _ of listsBelow(root, "", DEPTH)) return true;
    return false;
  },

  async *read(root, options) {
    const met = new Map<string, Label>();
    for await (const list of listsBelow(root, "", DEPTH)) yield* readPart(root, list, met, options);
  },
};

/** Paths of the lists, one a folder. */
async function* listsBelow(root: string, folder: string, depth: number): AsyncGenerator<string> {
  const { folders, files } = await listingOf(root, folder);
  const list = LISTS.find((name) => files.includes(name));
  if (list) yield within(folder, list);
  if (depth === 0) return;
  for (const name of folders) yield* listsBelow(root, within(folder, name), depth - 1);
}

async function* readPart(
  root: string,
  list: string,
  met: Map<string, Label>,
  { report, signal }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  const folder = list.includes("/") ? list.slice(0, list.lastIndexOf("/")) : "";
  const entries = await readDfdcList(root, list);
  const here = new Set<string>();
  for await (const medium of mediaIn(root, folder, report)) {
    signal?.throwIfAborted();
    const entry = entries.get(medium.name);
    if (!entry) {
      report.add("unlisted", medium.file, `not in ${list}`);
      continue;
    }
    const first = !here.has(medium.name);
    here.add(medium.name);
    const before = first ? met.get(medium.name) : undefined;
    if (before) {
      const same = before === entry.label;
      const detail = same ? "in another part as well" : `another part calls it ${before}`;
      report.add(same ? "duplicate" : "contradiction", medium.file, detail);
      continue;
    }
    if (
      entry.original &&
      (entry.label === "real" || entries.get(entry.original)?.label === "fake")
    ) {
      report.add("contradiction", medium.file, `${entry.label}, made from ${entry.original}`);
      continue;
    }
    met.set(medium.name, entry.label);
    yield {
      ...mediumFields(medium),
      label: entry.label,
      ...(entry.split ? { split: entry.split } : {}),
      source: "dfdc",
      generator: entry.label === "real" ? "camera" : "dfdc",
      identities: [`dfdc:${entry.original ?? medium.name}`],
    };
  }
  for (const name of entries.keys()) {
    if (!here.has(name)) report.add("missing", within(folder, `${name}.mp4`), `${list} lists it`);
  }
}

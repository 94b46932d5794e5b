// The DeepFake Detection Challenge: folders of videos, each with a `metadata.json` (training parts:
// label, split, original; the released test set: is_fake) or a `labels.csv` (validation and test;
// 1 is fake). Shape: the competition's data page, and the indexing scripts of DeepfakeBench and
// github.com/mever-team/DeepFakeChain.
import * as v from "valibot";
import { listingOf, stemOf, within } from "./listing";
import { mediaIn, mediumFields } from "./media";
import { readJson, readLines } from "./metadata";
import type { Label, Layout, ReadOptions, SourceRecord, SplitName } from "./record";
import { DatasetError } from "./report";

interface Entry {
  label: Label;
  split?: SplitName;
  /** Name of the video that the face was put into, without extension. */
  original?: string;
}

const Split = v.picklist(["train", "val", "validation", "test"]);
const TrainingEntry = v.object({
  label: v.picklist(["REAL", "FAKE"]),
  split: v.optional(Split),
  original: v.nullish(v.string()),
});
const TestEntry = v.object({ is_fake: v.union([v.picklist([0, 1]), v.boolean()]) });
const Metadata = v.record(v.string(), v.union([TrainingEntry, TestEntry]));

const LISTS = ["metadata.json", "labels.csv"];
/** `train/dfdc_train_part_0` is the deepest of the shapes met. */
const DEPTH = 2;

export const dfdc: Layout = {
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
  const entries = await readEntries(root, list);
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

async function readEntries(root: string, list: string): Promise<Map<string, Entry>> {
  const split = splitOfFolder(list);
  if (list.endsWith(".csv")) return readCsv(root, list, split);
  const entries = new Map<string, Entry>();
  for (const [file, entry] of Object.entries(await readJson(root, list, Metadata))) {
    if ("is_fake" in entry) {
      entries.set(stemOf(file), { label: entry.is_fake ? "fake" : "real", split: split ?? "test" });
      continue;
    }
    const own = entry.split === "validation" ? "val" : entry.split;
    entries.set(stemOf(file), {
      label: entry.label === "REAL" ? "real" : "fake",
      split: own ?? split,
      ...(entry.original ? { original: stemOf(entry.original) } : {}),
    });
  }
  return entries;
}

async function readCsv(
  root: string,
  list: string,
  split: SplitName | undefined,
): Promise<Map<string, Entry>> {
  const entries = new Map<string, Entry>();
  const [header, ...lines] = await readLines(root, list);
  if (header?.text !== "filename,label") {
    throw new DatasetError(`${root}/${list}: expected the header "filename,label"`);
  }
  for (const { number, text } of lines) {
    const [, file, label] = /^([^,]+),([01])$/.exec(text) ?? [];
    if (!file) throw new DatasetError(`${root}/${list}, line ${number}: expected "name.mp4,1"`);
    entries.set(stemOf(file), { label: label === "1" ? "fake" : "real", split });
  }
  return entries;
}

function splitOfFolder(list: string): SplitName | undefined {
  const folders = list.toLowerCase().split("/").slice(0, -1);
  if (folders.some((name) => name.startsWith("val"))) return "val";
  return folders.some((name) => name.startsWith("test")) ? "test" : undefined;
}

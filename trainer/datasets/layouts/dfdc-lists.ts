// The lists of the DeepFake Detection Challenge: `metadata.json` (training parts: label, split,
// original; the released test set: is_fake) and `labels.csv` (validation and test; 1 is fake).
import * as v from "valibot";
import { stemOf } from "./listing";
import { readJson, readLines } from "./metadata";
import type { Label, SplitName } from "./record";
import { DatasetError } from "./report";

/** What a list says of a video; by the video's name without extension. */
export interface DfdcEntry {
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

/** @throws DatasetError naming the list, and the place in it. */
export async function readDfdcList(root: string, list: string): Promise<Map<string, DfdcEntry>> {
  const split = splitOfFolder(list);
  if (list.endsWith(".csv")) return readCsv(root, list, split);
  const entries = new Map<string, DfdcEntry>();
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
): Promise<Map<string, DfdcEntry>> {
  const entries = new Map<string, DfdcEntry>();
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

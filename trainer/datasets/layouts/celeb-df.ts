// Celeb-DF v2: `Celeb-real`, `YouTube-real` and `Celeb-synthesis`, with a list of test videos in
// which label 1 is real. Shape: github.com/yuezunli/celeb-deepfakeforensics; copies in the wild
// change the case of the folders and put a `videos/` below them (SelfBlendedImages, DeepfakeBench).
import { listingOf, sameName } from "./listing";
import { mediaIn, mediumFields } from "./media";
import { readLines } from "./metadata";
import type { Label, Layout, SourceRecord } from "./record";
import { DatasetError, type ReadReport } from "./report";

const FOLDERS = ["Celeb-real", "YouTube-real", "Celeb-synthesis"] as const;
type FolderName = (typeof FOLDERS)[number];
const TEST_LIST = "List_of_testing_videos.txt";

export const celebDf: Layout = {
  id: "celeb-df",
  name: "Celeb-DF v2",

  async recognise(root) {
    const { folders } = await listingOf(root, "");
    return Boolean(sameName(folders, "Celeb-real") ?? sameName(folders, "Celeb-synthesis"));
  },

  async *read(root, { report, signal }) {
    const { folders } = await listingOf(root, "");
    const test = await readTestList(root, report);
    for (const wanted of FOLDERS) {
      const folder = sameName(folders, wanted);
      if (!folder) {
        report.add("missing", wanted, "the folder is not there");
        continue;
      }
      const label: Label = wanted === "Celeb-synthesis" ? "fake" : "real";
      for await (const medium of mediaIn(root, folder, report)) {
        signal?.throwIfAborted();
        const identities = celebDfIdentities(wanted, medium.name);
        if (!identities) {
          report.add("unknown-name", medium.file, `no name of a video in ${wanted}`);
          continue;
        }
        const entry = test?.get(keyOf(wanted, medium.name));
        if (entry) entry.met = true;
        if (entry && entry.label !== label) {
          report.add("contradiction", medium.file, `${TEST_LIST} calls it ${entry.label}`);
          continue;
        }
        yield {
          ...mediumFields(medium),
          label,
          ...(test ? { split: entry ? ("test" as const) : ("train" as const) } : {}),
          source: "celeb-df-v2",
          generator: label === "real" ? "camera" : "celeb-df-v2",
          identities,
        } satisfies SourceRecord;
      }
    }
    for (const { file, met } of test?.values() ?? []) {
      if (!met) report.add("missing", file, `${TEST_LIST} lists it`);
    }
  },
};

/** `id0_0000` shows id0; `id0_id1_0000` shows id0 with the face of id1. Null for other names. */
export function celebDfIdentities(folder: FolderName, name: string): string[] | null {
  if (folder === "YouTube-real") return /^\d{5}$/.test(name) ? [`celeb-df:youtube-${name}`] : null;
  const pattern = folder === "Celeb-real" ? /^(id\d+)_\d+$/ : /^(id\d+)_(id\d+)_\d+$/;
  const ids = pattern.exec(name.toLowerCase())?.slice(1);
  return ids ? ids.map((id) => `celeb-df:${id}`) : null;
}

interface TestEntry {
  file: string;
  label: Label;
  met: boolean;
}

const keyOf = (folder: string, name: string): string => `${folder}/${name}`.toLowerCase();

/** @throws DatasetError naming the line that is wrong. */
async function readTestList(
  root: string,
  report: ReadReport,
): Promise<Map<string, TestEntry> | null> {
  const name = sameName((await listingOf(root, "")).files, TEST_LIST);
  if (!name) {
    report.add("no-split-file", TEST_LIST, "without it no video is held out for testing");
    return null;
  }
  const entries = new Map<string, TestEntry>();
  for (const { number, text } of await readLines(root, name)) {
    const [, flag, folder, video] = /^([01])\s+([^/\\]+)[/\\](.+)\.mp4$/i.exec(text) ?? [];
    if (!folder || !video || !sameName(FOLDERS, folder)) {
      throw new DatasetError(`${root}/${name}, line ${number}: expected "1 Celeb-real/….mp4"`);
    }
    const key = keyOf(folder, video);
    const label: Label = flag === "1" ? "real" : "fake";
    const before = entries.get(key);
    if (before && before.label !== label) {
      throw new DatasetError(`${root}/${name}, line ${number}: ${key} has the other label above`);
    }
    if (before) report.add("duplicate", `${folder}/${video}.mp4`, `twice in ${TEST_LIST}`);
    else entries.set(key, { file: `${folder}/${video}.mp4`, label, met: false });
  }
  return entries;
}

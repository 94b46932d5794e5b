// The official split of FaceForensics++: pairs of videos in `train.json`, `val.json`, `test.json`
// (`dataset/splits/` of github.com/ondyari/FaceForensics). The download does not bring them; they are
// looked for in the root, in `splits/` and in `dataset/splits/`.
import * as v from "valibot";
import { listingOf, within } from "./listing";
import { readJson } from "./metadata";
import type { SplitName } from "./record";
import { DatasetError, type ReadReport } from "./report";

const SPLIT_FILES = { train: "train.json", val: "val.json", test: "test.json" } as const;
const SPLIT_FOLDERS = ["splits", "dataset/splits", ""];
const Pairs = v.array(v.tuple([v.string(), v.string()]));

/** Split of each original video by its number, `071`. */
export type Splits = Map<string, SplitName>;

/** Empty without the files, which is reported. @throws DatasetError if they are damaged or overlap. */
export async function readSplits(root: string, report: ReadReport): Promise<Splits> {
  const splits: Splits = new Map();
  for (const folder of SPLIT_FOLDERS) {
    const { files } = await listingOf(root, folder);
    for (const [split, file] of Object.entries(SPLIT_FILES) as [SplitName, string][]) {
      if (!files.includes(file)) continue;
      for (const id of (await readJson(root, within(folder, file), Pairs)).flat()) {
        const before = splits.get(id);
        if (before && before !== split) {
          throw new DatasetError(`${root}/${within(folder, file)}: ${id} is in ${before} as well`);
        }
        splits.set(id, split);
      }
    }
    if (splits.size > 0) return splits;
  }
  report.add("no-split-file", "splits/train.json", "put the official split files here");
  return splits;
}

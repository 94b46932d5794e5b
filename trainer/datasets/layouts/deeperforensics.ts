// DeeperForensics-1.0: 1,000 FaceForensics++ videos with the faces of 100 actors, in eleven variants.
// Shape: `dataset/README.md` of github.com/EndlessSora/DeeperForensics-1.0, which also says that the
// actors' studio videos are not the real part: that is FaceForensics++ at c23, a data set of its own.
import { filesBelow, isVideo, listingOf, stemOf, within } from "./listing";
import { mediaIn, mediumFields } from "./media";
import { readLines } from "./metadata";
import type { Layout, ReadOptions, SourceRecord, SplitName } from "./record";
import { DatasetError, type ReadReport } from "./report";

const SPLITS: SplitName[] = ["train", "val", "test"];
const SPLIT_FOLDER = "lists/splits";

export const deeperForensics: Layout = {
  id: "deeperforensics",
  name: "DeeperForensics-1.0",

  async recognise(root) {
    return (await listingOf(root, "")).folders.includes("manipulated_videos");
  },

  async *read(root, options) {
    const splits = await readSplits(root, options.report);
    for (const variant of (await listingOf(root, "manipulated_videos")).folders) {
      yield* manipulated(root, variant, splits, options);
    }
    yield* studio(root, options);
  },
};

/** `000_M101` is target 000 of FaceForensics++ with the face of actor M101. Null for other names. */
export function deeperForensicsIdentities(name: string): string[] | null {
  const [, target, actor] = /^(\d{3})_([MW]\d{3})$/.exec(name) ?? [];
  return target ? [`ffpp:${target}`, `deeperforensics:${actor}`] : null;
}

async function* manipulated(
  root: string,
  variant: string,
  splits: ReadonlyMap<string, SplitName>,
  { report, signal }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  const folder = within("manipulated_videos", variant);
  const met = new Set<string>();
  for await (const medium of mediaIn(root, folder, report)) {
    signal?.throwIfAborted();
    const identities = deeperForensicsIdentities(medium.name);
    if (!identities) {
      report.add("unknown-name", medium.file, "expected <target>_<actor>.mp4");
      continue;
    }
    met.add(medium.name);
    const split = splits.get(medium.name);
    if (!split && splits.size > 0) {
      report.add("unlisted", medium.file, "in none of the split files; read without a split");
    }
    yield {
      ...mediumFields(medium),
      label: "fake",
      ...(split ? { split } : {}),
      source: "deeperforensics",
      generator: `deeperforensics-${variant}`,
      identities,
    };
  }
  for (const name of splits.keys()) {
    if (!met.has(name)) report.add("missing", within(folder, name), "the split files list it");
  }
}

async function* studio(
  root: string,
  { report, signal, sourceVideos = "unlabelled" }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  if (sourceVideos === "none") return;
  for (const actor of (await listingOf(root, "source_videos")).folders) {
    for await (const file of filesBelow(root, within("source_videos", actor))) {
      signal?.throwIfAborted();
      if (!/^[MW]\d{3}$/.test(actor) || !isVideo(file)) {
        report.add("unknown-name", file, "expected a video in the folder of an actor");
        continue;
      }
      yield {
        file,
        kind: "video",
        video: file,
        label: sourceVideos,
        source: "deeperforensics",
        generator: sourceVideos === "unlabelled" ? "unknown" : "camera",
        identities: [`deeperforensics:${actor}`],
      };
    }
  }
}

async function readSplits(root: string, report: ReadReport): Promise<Map<string, SplitName>> {
  const splits = new Map<string, SplitName>();
  const { files } = await listingOf(root, SPLIT_FOLDER);
  for (const split of SPLITS) {
    if (!files.includes(`${split}.txt`)) continue;
    const path = within(SPLIT_FOLDER, `${split}.txt`);
    for (const { number, text } of await readLines(root, path)) {
      const name = stemOf(text);
      const where = `${root}/${path}, line ${number}`;
      if (!deeperForensicsIdentities(name)) {
        throw new DatasetError(`${where}: expected the name of a manipulated video`);
      }
      const before = splits.get(name);
      if (before && before !== split)
        throw new DatasetError(`${where}: ${name} is in ${before} too`);
      splits.set(name, split);
    }
  }
  if (splits.size === 0) report.add("no-split-file", `${SPLIT_FOLDER}/train.txt`, "no split lists");
  return splits;
}

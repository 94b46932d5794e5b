// FaceForensics++ and, in the same tree, Google's DeepFakeDetection with its actors.
// Shape: `dataset/README.md` of github.com/ondyari/FaceForensics.
import { readSplits, type Splits } from "./faceforensics-splits";
import { listingOf, within } from "./listing";
import { type Medium, mediaIn, mediumFields } from "./media";
import type { Layout, ReadOptions, SourceRecord } from "./record";
import type { ReadReport } from "./report";

const LEVELS = ["raw", "c23", "c40"];

export const faceForensics: Layout = {
  id: "faceforensics",
  name: "FaceForensics++",

  async recognise(root) {
    const { folders } = await listingOf(root, "");
    return folders.includes("original_sequences") || folders.includes("manipulated_sequences");
  },

  async *read(root, options) {
    const splits = await readSplits(root, options.report);
    yield* sequences(root, "original_sequences", splits, options);
    yield* sequences(root, "manipulated_sequences", splits, options);
  },
};

/**
 * Everyone behind a video: `071`, `071_054` (target, source), and of the actors `01__kitchen_pan`,
 * `01_02__kitchen_pan__YVGY8LOK`. Null for any other name.
 */
export function faceForensicsIdentities(name: string): string[] | null {
  const actors = /^(\d{2})(?:_(\d{2}))?__/.exec(name);
  const space = actors ? "dfd" : "ffpp";
  const ids = (actors ?? /^(\d{3})(?:_(\d{3}))?$/.exec(name))?.slice(1);
  return ids?.filter((id) => id !== undefined).map((id) => `${space}:${id}`) ?? null;
}

async function* sequences(
  root: string,
  kind: "original_sequences" | "manipulated_sequences",
  splits: Splits,
  { report, compression, signal }: ReadOptions,
): AsyncGenerator<SourceRecord> {
  for (const origin of (await listingOf(root, kind)).folders) {
    const base = within(kind, origin);
    const levels = (await listingOf(root, base)).folders.filter((name) => LEVELS.includes(name));
    if (compression && !levels.includes(compression)) {
      report.add("missing", within(base, compression), "this compression level is not there");
    }
    for (const level of levels) {
      if (compression && level !== compression) continue;
      const met = new Set<string>();
      for await (const medium of mediaIn(root, within(base, level), report)) {
        signal?.throwIfAborted();
        met.add(medium.name);
        const record = recordOf(medium, kind, origin, splits, report);
        if (record) yield record;
      }
      reportMissing(within(base, level), kind, origin, splits, met, report);
    }
  }
}

function recordOf(
  medium: Medium,
  kind: string,
  origin: string,
  splits: Splits,
  report: ReadReport,
): SourceRecord | null {
  const identities = faceForensicsIdentities(medium.name);
  const wanted = kind === "original_sequences" ? 1 : 2;
  if (identities?.length !== wanted) {
    report.add("unknown-name", medium.file, `no name of a video in ${kind}`);
    return null;
  }
  const actors = identities[0]?.startsWith("dfd:") === true;
  const found = actors ? [] : identities.map((id) => splits.get(id.slice("ffpp:".length)));
  if (new Set(found).size > 1) {
    report.add("contradiction", medium.file, "its target and source are in different splits");
    return null;
  }
  const split = found[0];
  if (!actors && !split && splits.size > 0) {
    report.add("unlisted", medium.file, "in none of the split files; read without a split");
  }
  return {
    ...mediumFields(medium),
    label: wanted === 1 ? "real" : "fake",
    ...(split ? { split } : {}),
    source: actors ? "deepfakedetection" : "ffpp",
    generator: wanted === 1 ? "camera" : origin,
    identities,
  };
}

/** Originals that the split files list and the folder lacks; pairs are named by their target. */
function reportMissing(
  folder: string,
  kind: string,
  origin: string,
  splits: Splits,
  met: ReadonlySet<string>,
  report: ReadReport,
): void {
  if (origin === "actors" || origin === "DeepFakeDetection") return;
  const targets = new Set([...met].map((name) => name.slice(0, 3)));
  const what = kind === "original_sequences" ? "video" : "manipulation of the video";
  for (const id of splits.keys()) {
    if (!targets.has(id))
      report.add("missing", within(folder, id), `the split files list this ${what}`);
  }
}

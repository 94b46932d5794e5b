// WildDeepfake: `real_train`, `real_test`, `fake_train`, `fake_test` (written with `_`, `-` or a
// space), each with numbered archives that hold `./<archive>/<real|fake>/<sequence>/<frame>.png`.
// Shape: README of github.com/OpenTAI/wild-deepfake; seen from scripts that unpack it. Archives are
// streamed; a tree that somebody has unpacked is read as it lies.
import { archiveStem, filesInArchive, isArchive } from "./frame-archive";
import { filesBelow, frameNumber, isPicture, listingOf, within } from "./listing";
import type { Layout, ReadOptions, SourceRecord } from "./record";
import { DatasetError } from "./report";

const PART = /^(real|fake)[ _-](train|test)$/i;

interface Part {
  folder: string;
  label: "real" | "fake";
  split: "train" | "test";
}

export const wildDeepfake: Layout = {
  id: "wilddeepfake",
  name: "WildDeepfake",

  async recognise(root) {
    return (await partsOf(root)).length > 0;
  },

  async *read(root, options) {
    for (const part of await partsOf(root)) {
      const { folders, files } = await listingOf(root, part.folder);
      for (const file of files)
        yield* archiveRecords(root, within(part.folder, file), part, options);
      for (const folder of folders) {
        const base = within(part.folder, folder);
        for await (const file of filesBelow(root, base)) {
          const record = recordOf(file, file, base, part, options);
          if (record) yield record;
        }
      }
    }
  },
};

/** The four folders, in the root or in `deepfake_in_the_wild/`. */
async function partsOf(root: string): Promise<Part[]> {
  const parts: Part[] = [];
  for (const base of ["", "deepfake_in_the_wild"]) {
    for (const name of (await listingOf(root, base)).folders) {
      const [, label, split] = PART.exec(name.toLowerCase()) ?? [];
      if (!label) continue;
      const found = { label: label as Part["label"], split: split as Part["split"] };
      parts.push({ folder: within(base, name), ...found });
    }
  }
  return parts;
}

async function* archiveRecords(
  root: string,
  archive: string,
  part: Part,
  options: ReadOptions,
): AsyncGenerator<SourceRecord> {
  if (!isArchive(archive)) {
    options.report.add("unknown-name", archive, "expected numbered archives here");
    return;
  }
  if (options.archives?.(archive) === false) return;
  try {
    for await (const { path, bytes } of filesInArchive(root, archive)) {
      const whole = `${archive}: ${path}`;
      const record = recordOf(path, whole, archiveStem(archive), part, options);
      if (record) yield { ...record, archive, bytes };
    }
  } catch (error) {
    // One damaged archive of a thousand must not end the run.
    if (!(error instanceof DatasetError)) throw error;
    options.report.add("unreadable", archive, error.message);
  }
}

/**
 * @param whole the file's name for people.
 * @param home the archive, without extension, or the folder it was unpacked to. All that came out of
 *   one archive is one group: the README numbers its frames by "the original video", and nothing
 *   tells the people in it apart.
 */
function recordOf(
  path: string,
  whole: string,
  home: string,
  part: Part,
  { report, signal }: ReadOptions,
): SourceRecord | null {
  signal?.throwIfAborted();
  const parents = path.split("/").slice(0, -1);
  const sequence = parents.at(-1);
  if (!isPicture(path) || !sequence) {
    report.add("unknown-name", whole, "expected <real or fake>/<sequence>/<frame>.png");
    return null;
  }
  const inner = parents.findLast((name) => /^(real|fake)$/i.test(name))?.toLowerCase();
  if (inner && inner !== part.label) {
    report.add("contradiction", whole, `lies in a folder of ${part.label} sequences`);
    return null;
  }
  return {
    file: path,
    kind: "picture",
    label: part.label,
    split: part.split,
    source: "wilddeepfake",
    generator: part.label === "real" ? "camera" : "wilddeepfake",
    identities: [`wilddeepfake:${home}`],
    video: `${home}/${sequence}`,
    frame: frameNumber(path),
  };
}

// Folders `real/` and `fake/`, alone or below `train/`, `val/`, `test/`, with pictures, videos and
// folders of a video's frames in them. What nearly every small collection looks like.
import { filesBelow, frameNumber, isPicture, isVideo, listingOf, stemOf, within } from "./listing";
import type { Layout, SourceRecord, SplitName } from "./record";

const LABELS = { real: "real", fake: "fake", "0_real": "real", "1_fake": "fake" } as const;
const SPLITS: Record<string, SplitName> = {
  train: "train",
  training: "train",
  val: "val",
  valid: "val",
  validation: "val",
  test: "test",
  testing: "test",
};

interface LabelFolder {
  path: string;
  label: "real" | "fake";
  split?: SplitName;
}

export const plain: Layout = {
  id: "folders",
  name: "folders real and fake",

  async recognise(root) {
    const labels = (await labelFolders(root)).map(({ label }) => label);
    return labels.includes("real") && labels.includes("fake");
  },

  async *read(root, { report, signal }) {
    for (const folder of await labelFolders(root)) {
      for await (const file of filesBelow(root, folder.path)) {
        signal?.throwIfAborted();
        if (isPicture(file) || isVideo(file)) yield recordOf(file, folder);
        else report.add("unknown-name", file, "neither a picture nor a video");
      }
    }
  },
};

async function labelFolders(root: string): Promise<LabelFolder[]> {
  const found: LabelFolder[] = [];
  const collect = async (base: string, split?: SplitName): Promise<void> => {
    for (const name of (await listingOf(root, base)).folders) {
      const label = LABELS[name.toLowerCase() as keyof typeof LABELS];
      const inner = split ? undefined : SPLITS[name.toLowerCase()];
      if (label) found.push({ path: within(base, name), label, ...(split ? { split } : {}) });
      else if (inner) await collect(within(base, name), inner);
    }
  };
  await collect("");
  return found;
}

/**
 * The group is the path below the label: `fake/anna/3.png` goes with `real/anna/1.png`, and
 * `fake/7.mp4` with `real/7.mp4`, which are so often one person that nothing else is safe to assume.
 */
function recordOf(file: string, { path, label, split }: LabelFolder): SourceRecord {
  const below = file.slice(path.length + 1);
  const folder = below.includes("/") ? below.slice(0, below.lastIndexOf("/")) : undefined;
  const frame = folder === undefined || isVideo(file) ? undefined : frameNumber(file);
  const video = isVideo(file) ? file : frame === undefined ? undefined : `${path}/${folder}`;
  return {
    file,
    kind: isVideo(file) ? "video" : "picture",
    label,
    ...(split ? { split } : {}),
    source: "plain",
    generator: label === "real" ? "camera" : "unknown",
    identities: [`plain:${folder ?? stemOf(below)}`],
    ...(video === undefined ? {} : { video }),
    ...(frame === undefined ? {} : { frame }),
  };
}

// DeepfakeBench's JSON: `{dataset: {label: {split: {[c23: ]{video: {label, frames}}}}}}`, in which one
// video stands in as many splits as its writer liked.
import * as v from "valibot";
import type { ReadOptions, SplitName } from "./record";

const Video = v.object({ label: v.string(), frames: v.array(v.string()) });
const Videos = v.record(v.string(), Video);
const Levels = v.strictObject({
  raw: v.optional(Videos),
  c23: v.optional(Videos),
  c40: v.optional(Videos),
});
const Splits = v.record(v.picklist(["train", "val", "test"]), v.union([Levels, Videos]));
export const Benchmark = v.record(v.string(), v.record(v.string(), Splits));

export interface ListedVideo {
  name: string;
  label: string;
  frames: string[];
  splits: Set<SplitName>;
}

/** A label's videos, each once, with all the splits that list it; levels are videos of their own. */
export function listedVideos(
  splits: v.InferOutput<typeof Splits>,
  { compression }: ReadOptions,
): ListedVideo[] {
  const listed = new Map<string, ListedVideo>();
  for (const [split, content] of Object.entries(splits) as [SplitName, object][]) {
    const leveled = v.is(Levels, content);
    const groups = leveled ? content : { "": content as v.InferOutput<typeof Videos> };
    for (const [level, videos] of Object.entries(groups)) {
      if (leveled && compression && level !== compression) continue;
      for (const [name, { label, frames }] of Object.entries(videos ?? {})) {
        const key = `${level}/${name}`;
        const video = listed.get(key) ?? { name, label, frames, splits: new Set() };
        video.splits.add(split);
        listed.set(key, video);
      }
    }
  }
  return [...listed.values()];
}

/**
 * The benchmark's lists repeat themselves: where a data set has no split it puts every video into
 * all three, and Celeb-DF's test videos are in `train` as well. Testing wins, so that nothing is
 * trained on that is tested on; `val`, which copies one of the others, comes last.
 */
export function splitOf(splits: ReadonlySet<SplitName>, source: string): SplitName | undefined {
  const everywhere = splits.size === 3;
  if (everywhere && !source.startsWith("celeb-df")) return undefined;
  return (["test", "train", "val"] as const).find((split) => splits.has(split));
}

// Puts every group on one side: where the data set itself says so, and by a seeded draw elsewhere.
import type { Label, SplitName } from "../layouts/record";
import { drawSplits, type Shares } from "./draw";

export interface Grouped {
  group: string;
  label: Label;
  source: string;
  /** The data set's own split. */
  split?: SplitName;
}

export interface SplitOptions {
  seed: number;
  /** Shares of the groups without an official split that are held out. */
  shares: Shares;
  /**
   * What to do with a group that the official split tears apart (Celeb-DF: its test people are in its
   * training videos too). `hold-out`, the default, keeps what is tested on and sets the rest of the
   * group aside. `official` keeps the published split, people on both sides and all, for figures that
   * are to be compared with published ones; such figures flatter.
   */
  torn?: "hold-out" | "official";
}

export interface TornGroup {
  group: string;
  /** Records of the group in each official split. */
  counts: Partial<Record<SplitName, number>>;
}

export interface SplitResult<T> {
  records: (T & { split: SplitName })[];
  torn: TornGroup[];
  /** Left out so that nobody is on two sides. */
  setAside: T[];
}

/** Held out first: what is tested on is never trained on. */
const PRIORITY: SplitName[] = ["test", "val", "train"];

export function resolveSplits<T extends Grouped>(
  records: readonly T[],
  { seed, shares, torn: policy = "hold-out" }: SplitOptions,
): SplitResult<T> {
  const official = officialCounts(records);
  const drawn = drawSplits(
    records.filter(({ group }) => !official.has(group)),
    shares,
    seed,
  );
  const result: SplitResult<T> = { records: [], torn: [], setAside: [] };
  for (const [group, counts] of official) {
    if (Object.keys(counts).length > 1) result.torn.push({ group, counts });
  }
  const tornGroups = new Set(result.torn.map(({ group }) => group));
  for (const record of records) {
    const counts = official.get(record.group);
    const side = counts ? PRIORITY.find((split) => counts[split]) : drawn.get(record.group);
    const keepsOwn = policy === "official" && tornGroups.has(record.group);
    const split = (keepsOwn ? record.split : undefined) ?? side;
    const away = tornGroups.has(record.group) && !keepsOwn && record.split !== split;
    if (!split || away) result.setAside.push(record);
    else result.records.push({ ...record, split });
  }
  return result;
}

/** Groups with records in more than one split; none, in anything that may be trained on. */
export function crossingGroups(
  records: readonly { group: string; split: string }[],
): { group: string; splits: string[] }[] {
  const seen = new Map<string, Set<string>>();
  for (const { group, split } of records)
    seen.set(group, (seen.get(group) ?? new Set()).add(split));
  return [...seen]
    .filter(([, splits]) => splits.size > 1)
    .map(([group, splits]) => ({ group, splits: [...splits].sort() }));
}

function officialCounts(records: readonly Grouped[]): Map<string, TornGroup["counts"]> {
  const counts = new Map<string, TornGroup["counts"]>();
  for (const { group, split } of records) {
    if (!split) continue;
    const own = counts.get(group) ?? {};
    own[split] = (own[split] ?? 0) + 1;
    counts.set(group, own);
  }
  return counts;
}

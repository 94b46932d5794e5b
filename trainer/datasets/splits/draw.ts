// The seeded draw of groups for data sets without a split of their own.
import type { SplitName } from "../layouts/record";
import { ranked } from "./rank";
import { type GroupSize, strataOf } from "./strata";

/** Shares of the records, each at least 0, together below 1. */
export interface Shares {
  val: number;
  test: number;
}

/**
 * Draws within every stratum (what a group's records are and where they come from), so that small
 * sources are measured too. A group larger than its side has room for stays in `train`; where every
 * group is, the smallest is held out, as long as another remains to train on. Groups without any label
 * all go to `train`: nothing could be measured on them.
 */
export function drawSplits(
  records: readonly { group: string; label: string; source: string }[],
  { val, test }: Shares,
  seed: number,
): Map<string, SplitName> {
  if (val < 0 || test < 0 || val + test >= 1) {
    throw new RangeError(`shares val ${val} and test ${test}: nothing would be left to train on`);
  }
  const splits = new Map<string, SplitName>();
  const labelled = new Set<string>();
  for (const { group, label } of records) {
    if (label !== "unlabelled") labelled.add(group);
    else splits.set(group, "train");
  }
  const drawn = records.filter(({ group }) => labelled.has(group));
  for (const groups of strataOf(drawn).values()) {
    const total = groups.reduce((sum, { size }) => sum + size, 0);
    let rest = ranked(groups, ({ group }) => group, seed);
    for (const [split, share] of [
      ["test", test],
      ["val", val],
    ] as const) {
      const taken = take(rest, total * share);
      rest = rest.filter((group) => !taken.has(group));
      for (const { group } of taken) splits.set(group, split);
    }
    for (const { group } of rest) splits.set(group, "train");
  }
  return splits;
}

/** Groups in their order that fill `room` records, by at most half of it too many. */
function take(groups: readonly GroupSize[], room: number): Set<GroupSize> {
  const taken = new Set<GroupSize>();
  if (room === 0 || groups.length < 2) return taken;
  let filled = 0;
  for (const group of groups) {
    if (filled >= room || taken.size === groups.length - 1) break;
    if (filled + group.size > room * 1.5) continue;
    taken.add(group);
    filled += group.size;
  }
  if (taken.size === 0) taken.add(groups.reduce((a, b) => (b.size < a.size ? b : a)));
  return taken;
}

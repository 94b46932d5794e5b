// Which groups keep their labels when only 1, 5 or 10 % of them may be used. The rest is treated as
// unlabelled, as in the paper's few-label experiments.
import { ranked } from "./rank";
import { strataOf } from "./strata";

/**
 * The groups of every stratum (label and source) in a seeded order, up to the fraction of its records
 * and at least one. Every smaller fraction is part of every larger one, so that two runs differ by
 * the labels added and by nothing else.
 *
 * @param records labelled ones; unlabelled records belong to no fraction.
 * @param fraction in (0, 1].
 */
export function labelledGroups(
  records: readonly { group: string; label: string; source: string }[],
  fraction: number,
  seed: number,
): Set<string> {
  if (!(fraction > 0 && fraction <= 1)) {
    throw new RangeError(`label fraction ${fraction} is not above 0 and at most 1`);
  }
  const chosen = new Set<string>();
  for (const groups of strataOf(records.filter(({ label }) => label !== "unlabelled")).values()) {
    const wanted = fraction * groups.reduce((sum, { size }) => sum + size, 0);
    let taken = 0;
    for (const { group, size } of ranked(groups, (one) => one.group, seed)) {
      if (taken > 0 && taken + size / 2 > wanted) break;
      chosen.add(group);
      taken += size;
    }
  }
  return chosen;
}

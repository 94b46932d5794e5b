// Which groups keep their labels when only 1, 5 or 10 % of them may be used. The rest is treated as
// unlabelled, as in the paper's few-label experiments.
import { ranked, uniformOf } from "./rank";
import { strataOf } from "./strata";

/**
 * Whole groups, the fraction of the records of every stratum (label and source). Every smaller
 * fraction is part of every larger one, so that two runs differ by the labels added and by nothing
 * else. Each label keeps one group at least.
 *
 * A fraction of a small source is less than one group. Rounding up would turn 1 % of a set of many
 * small sources into several; instead such a source has its group with the probability that makes
 * the sum right (systematic sampling with a seeded start).
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
  const labelled = records.filter(({ label }) => label !== "unlabelled");
  const places = placesOf(labelled, seed);
  const chosen = new Set<string>();
  for (const [group, place] of places) if (place <= fraction) chosen.add(group);
  for (const group of firstOfEachLabel(labelled, places)) chosen.add(group);
  return chosen;
}

/** From which fraction on a group is in, in [0, 1]. */
function placesOf(
  records: readonly { group: string; label: string; source: string }[],
  seed: number,
): Map<string, number> {
  const places = new Map<string, number>();
  for (const [kind, groups] of strataOf(records)) {
    const total = groups.reduce((sum, { size }) => sum + size, 0);
    const start = uniformOf(kind, seed);
    let before = 0;
    for (const { group, size } of ranked(groups, (one) => one.group, seed)) {
      places.set(group, (before + start * size) / total);
      before += size;
    }
  }
  return places;
}

function firstOfEachLabel(
  records: readonly { group: string; label: string }[],
  places: ReadonlyMap<string, number>,
): Iterable<string> {
  const first = new Map<string, string>();
  const placeOf = (group: string | undefined): number => places.get(group ?? "") ?? Infinity;
  for (const { group, label } of records) {
    if (placeOf(group) < placeOf(first.get(label))) first.set(label, group);
  }
  return first.values();
}

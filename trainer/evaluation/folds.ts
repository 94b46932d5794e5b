// Deals groups into folds, so that a classifier can be measured on people and videos it has not seen.
import { ranked } from "../datasets/splits/rank";

/** Each is measured by what was fitted on the others. */
export const FOLDS = 5;

/**
 * The fold of every item. The groups of each stratum are spread over all folds; a group that is in
 * several strata stays where it was dealt first.
 */
export function foldsByGroup(
  items: readonly { group: string; stratum: string }[],
  seed: number,
): number[] {
  const strata = new Map<string, Set<string>>();
  for (const { group, stratum } of items)
    strata.set(stratum, (strata.get(stratum) ?? new Set()).add(group));
  const foldOf = new Map<string, number>();
  for (const stratum of [...strata.keys()].sort()) {
    const groups = ranked(strata.get(stratum) as Set<string>, (group) => group, seed);
    const fresh = groups.filter((group) => !foldOf.has(group));
    // Strata of one or two groups would otherwise all fall to the first folds.
    const first = foldOf.size;
    fresh.forEach((group, i) => {
      foldOf.set(group, (first + i) % FOLDS);
    });
  }
  return items.map(({ group }) => foldOf.get(group) as number);
}

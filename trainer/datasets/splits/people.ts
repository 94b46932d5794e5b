// Splits people instead of groups, for data sets that swap everybody with everybody (the 28 actors of
// DeepFakeDetection, the celebrities of Celeb-DF): there all hang together, and whole groups would
// leave one side empty. Swaps between the sides are given up for that.
import type { Label, SplitName } from "../layouts/record";
import { drawSplits, type Shares } from "./draw";

export interface PeopleSplit<T> {
  records: (T & { split: SplitName })[];
  /** Made from people on different sides. */
  setAside: T[];
}

/**
 * Every person is on one side, and every record kept shows people of one side only; official splits
 * are not looked at. With a share of t of the people in training, about t² of the swaps remain there.
 */
export function splitPeople<
  T extends { identities: readonly string[]; label: Label; source: string },
>(records: readonly T[], shares: Shares, seed: number): PeopleSplit<T> {
  const appearances = records.flatMap(({ identities, label, source }) =>
    // One kind of label, or people seen in swaps only would be drawn apart from the others.
    identities.map((person) => ({
      group: person,
      label: label === "unlabelled" ? label : "labelled",
      source,
    })),
  );
  const sides = drawSplits(appearances, shares, seed);
  const result: PeopleSplit<T> = { records: [], setAside: [] };
  for (const record of records) {
    const [side, ...others] = new Set(record.identities.map((person) => sides.get(person)));
    if (side && others.length === 0) result.records.push({ ...record, split: side });
    else result.setAside.push(record);
  }
  return result;
}

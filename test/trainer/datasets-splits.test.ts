import { describe, expect, test } from "vitest";
import { labelledGroups } from "../../trainer/datasets/splits/fractions";
import { assignGroups } from "../../trainer/datasets/splits/groups";
import { crossingGroups, type Grouped, resolveSplits } from "../../trainer/datasets/splits/splits";
import { Random } from "../../trainer/random";

const shares = { val: 0.15, test: 0.15 };

/** Records of a made-up data set: people, some of whom are swapped onto each other. */
function randomRecords(seed: number): (Grouped & { identities: string[]; id: number })[] {
  const random = new Random(seed);
  const people = 1 + random.integer(60);
  const identities = Array.from({ length: 1 + random.integer(300) }, (_, id) => {
    const swapped = random.chance(0.3);
    const who = () => `set:${random.integer(people)}`;
    return { id, identities: swapped ? [who(), who()] : [who()], label: swapped ? "fake" : "real" };
  });
  const official = random.chance(0.5);
  return assignGroups(identities).map((record) => ({
    ...record,
    label: random.chance(0.1) ? "unlabelled" : (record.label as "real" | "fake"),
    source: random.pick(["a", "b"]),
    ...(official && random.chance(0.7)
      ? { split: random.pick(["train", "val", "test"] as const) }
      : {}),
  }));
}

const seeds = Array.from({ length: 60 }, (_, seed) => seed);

describe("groups", () => {
  test("hang together through others, and are named alike in any order", () => {
    const swaps = [["d"], ["b", "a"], ["c", "b"], ["e", "f"], ["f"]].map((identities) => ({
      identities,
    }));
    expect(assignGroups(swaps).map(({ group }) => group)).toEqual(["d", "a", "a", "e", "e"]);
    const back = assignGroups([...swaps].reverse()).reverse();
    expect(back).toEqual(assignGroups(swaps));
  });

  test("are exactly the connected components", () => {
    for (const seed of seeds.slice(0, 10)) {
      const records = randomRecords(seed);
      for (const one of records) {
        // Everybody reachable from the record by shared identities, found the slow way.
        const reached = new Set(one.identities);
        for (let grown = -1; grown !== reached.size; ) {
          grown = reached.size;
          for (const { identities } of records) {
            if (identities.some((who) => reached.has(who)))
              identities.forEach((who) => reached.add(who));
          }
        }
        expect(one.group).toBe([...reached].sort()[0]);
      }
    }
  });

  test("refuse a record without identities", () => {
    expect(() => assignGroups([{ identities: [] }])).toThrow(RangeError);
  });
});

describe("splits", () => {
  test("never put a group on two sides, lose nothing silently, and repeat themselves", () => {
    for (const seed of seeds) {
      const records = randomRecords(seed);
      const result = resolveSplits(records, { seed, shares });
      expect(crossingGroups(result.records)).toEqual([]);
      const ids = [...result.records, ...result.setAside].map(({ id }) => id);
      expect(ids.sort((a, b) => a - b)).toEqual(records.map(({ id }) => id));
      const shuffled = [...records].reverse();
      const again = new Map(
        resolveSplits(shuffled, { seed, shares }).records.map(({ id, split }) => [id, split]),
      );
      expect(again).toEqual(new Map(result.records.map(({ id, split }) => [id, split])));
      // What the data set holds out is never trained on.
      const official = new Map(records.map(({ id, split }) => [id, split]));
      for (const { id, split } of result.records) {
        if (split === "train") expect(official.get(id) ?? "train").toBe("train");
      }
    }
  });

  test("honour the official pairs of FaceForensics++", () => {
    const pairs = { train: ["071", "054"], val: ["720", "672"], test: ["953", "974"] } as const;
    const records = Object.entries(pairs).flatMap(([split, [a, b]]) =>
      [[a], [b], [a, b], [b, a]].map((ids) => ({
        identities: ids.map((id) => `ffpp:${id}`),
        label: ids.length === 1 ? ("real" as const) : ("fake" as const),
        source: "ffpp",
        split: split as keyof typeof pairs,
      })),
    );
    const {
      records: split,
      torn,
      setAside,
    } = resolveSplits(assignGroups(records), { seed: 1, shares });
    expect(split.map((record) => record.split)).toEqual(records.map((record) => record.split));
    expect([torn, setAside]).toEqual([[], []]);
  });

  const torn = assignGroups(
    (["train", "test", undefined] as const).map((split) => ({
      identities: ["celeb-df:id0"],
      label: "real" as const,
      source: "celeb-df-v2",
      split,
    })),
  );

  test("hold out what a torn group is tested on, and set the rest aside", () => {
    const result = resolveSplits(torn, { seed: 1, shares });
    expect(result.records.map(({ split }) => split)).toEqual(["test"]);
    expect(result.setAside).toHaveLength(2);
    expect(result.torn).toEqual([{ group: "celeb-df:id0", counts: { train: 1, test: 1 } }]);
  });

  test("keep a published split when told to, and say what it tears apart", () => {
    const result = resolveSplits(torn, { seed: 1, shares, torn: "official" });
    expect(result.records.map(({ split }) => split)).toEqual(["train", "test", "test"]);
    expect(result.torn).toHaveLength(1);
    expect(crossingGroups(result.records)).toEqual([
      { group: "celeb-df:id0", splits: ["test", "train"] },
    ]);
  });

  const numbered = (count: number, size: number, label: Grouped["label"] = "real"): Grouped[] =>
    Array.from({ length: count * size }, (_, i) => ({
      group: `${label}:${Math.floor(i / size)}`,
      label,
      source: "plain",
    }));

  const tally = (records: Grouped[], seed: number): Record<string, number> => {
    const counts: Record<string, number> = { train: 0, val: 0, test: 0 };
    for (const { split } of resolveSplits(records, { seed, shares }).records) {
      counts[split] = (counts[split] ?? 0) + 1;
    }
    return counts;
  };

  test("hold out the shares asked for, of each label", () => {
    for (const seed of seeds.slice(0, 20)) {
      const counts = tally([...numbered(100, 3), ...numbered(100, 3, "fake")], seed);
      expect(counts).toEqual({ train: 420, val: 90, test: 90 });
    }
  });

  test("keep something to train on, and hold something out where there is more than one group", () => {
    expect(tally(numbered(1, 50), 1)).toEqual({ train: 50, val: 0, test: 0 });
    expect(tally(numbered(2, 50), 1)).toEqual({ train: 50, val: 0, test: 50 });
    expect(tally(numbered(3, 50), 1)).toEqual({ train: 50, val: 50, test: 50 });
  });

  test("leave a group that is nearly everything to training", () => {
    const giant = numbered(1, 900, "fake").map((one) => ({
      ...one,
      group: "giant",
      label: "real" as const,
    }));
    for (const seed of seeds.slice(0, 20)) {
      const { records } = resolveSplits([...giant, ...numbered(100, 1)], { seed, shares });
      expect(records.find(({ group }) => group === "giant")?.split).toBe("train");
    }
  });

  test("train on what has no label", () => {
    expect(tally(numbered(40, 1, "unlabelled"), 3)).toEqual({ train: 40, val: 0, test: 0 });
  });

  test("differ by seed", () => {
    const sides = (seed: number) =>
      resolveSplits(numbered(100, 1), { seed, shares }).records.map(({ split }) => split);
    expect(sides(1)).not.toEqual(sides(2));
  });

  test("refuse shares that leave nothing", () => {
    expect(() =>
      resolveSplits(numbered(3, 1), { seed: 1, shares: { val: 0.5, test: 0.5 } }),
    ).toThrow(/nothing would be left/);
  });
});

describe("label fractions", () => {
  const fractions = [0.01, 0.05, 0.1, 0.5, 1];

  test("are nested, hold each label, and are everything at 100 %", () => {
    for (const seed of seeds) {
      const records = randomRecords(seed);
      const labelled = records.filter(({ label }) => label !== "unlabelled");
      const chosen = fractions.map((fraction) => labelledGroups(records, fraction, seed));
      chosen.slice(1).forEach((larger, i) => {
        for (const group of chosen[i] ?? []) expect(larger).toContain(group);
      });
      expect(chosen.at(-1)).toEqual(new Set(labelled.map(({ group }) => group)));
      for (const label of new Set(labelled.map((one) => one.label))) {
        expect(labelled.some((one) => one.label === label && chosen[0]?.has(one.group))).toBe(true);
      }
    }
  });

  test("take their share of each label and source", () => {
    const records = [
      ...["a", "b"].flatMap((source) =>
        (["real", "fake"] as const).flatMap((label) =>
          Array.from({ length: 2000 }, (_, i) => ({
            group: `${source}:${label}:${Math.floor(i / 4)}`,
            label,
            source,
          })),
        ),
      ),
    ];
    for (const fraction of [0.01, 0.05, 0.1]) {
      const chosen = labelledGroups(records, fraction, 7);
      for (const kind of ["a:real", "a:fake", "b:real", "b:fake"]) {
        const own = records.filter(({ group }) => group.startsWith(kind) && chosen.has(group));
        expect(own.length).toBe(2000 * fraction);
      }
    }
  });

  test("are the fraction asked for on average, however many small sources there are", () => {
    const records = Array.from({ length: 4000 }, (_, i) => ({
      group: `clip ${Math.floor(i / 10)}`,
      label: i % 20 < 10 ? "real" : "fake",
      source: `source ${Math.floor(i / 100)}`,
    }));
    const taken = seeds.map((seed) => labelledGroups(records, 0.05, seed).size * 10);
    const mean = taken.reduce((sum, count) => sum + count, 0) / taken.length;
    expect(mean / 4000).toBeGreaterThan(0.045);
    expect(mean / 4000).toBeLessThan(0.055);
  });

  test.each([0, -1, 1.5, Number.NaN])("refuse %s", (fraction) => {
    expect(() => labelledGroups([], fraction, 1)).toThrow(RangeError);
  });
});

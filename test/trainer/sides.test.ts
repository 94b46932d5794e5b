// Who sees what: left-out generators and sources, in every stage.
import { describe, expect, it } from "vitest";
import type { FaceRow } from "../../trainer/datasets/manifest";
import {
  distillingSides,
  pretrainingSides,
  teachingSides,
  trainingSplit,
} from "../../trainer/stages/sides";

const SETTINGS = { heldOutShare: 0.25, seed: 3 };

/** Eight people, each filmed and swapped by two tools, and faces that nobody labelled. */
const rows: FaceRow[] = Array.from({ length: 8 }, (_, person) =>
  (
    [
      ["real", "camera", "clips"],
      ["fake", "swapper", "clips"],
      ["fake", "animator", "clips"],
      ["real", "camera", `own-${person % 2}`],
      ["unlabelled", "swapper", "wild"],
    ] as const
  ).map(
    ([label, generator, source], i): FaceRow => ({
      file: `${person}-${i}.jpg`,
      label,
      split: label === "unlabelled" ? "unlabelled" : "train",
      source,
      generator,
      group:
        label === "unlabelled" ? `wild-${person}` : `person-${person}-${i === 3 ? "alone" : ""}`,
      box: [0, 0, 8, 8],
    }),
  ),
).flat();

const leaveOut = { generators: ["swapper"], sources: [] };
const files = (side: FaceRow[]) => side.map(({ file }) => file);

describe("leaving out a generator", () => {
  const all = trainingSplit(rows, SETTINGS);
  const without = trainingSplit(rows, { ...SETTINGS, leaveOut });

  it("takes it out of fitting and of what choices are made on, and changes nothing else", () => {
    const isOther = ({ generator }: FaceRow) => generator !== "swapper";
    expect(files(without.fit)).toEqual(files(all.fit.filter(isOther)));
    expect(files(without.heldOut)).toEqual(files(all.heldOut.filter(isOther)));
    expect(all.leftOut).toEqual([]);
  });

  it("measures it on people whom nothing was fitted on", () => {
    const fitted = new Set(without.fit.map(({ group }) => group));
    expect(without.leftOut.length).toBeGreaterThan(0);
    for (const row of without.leftOut) {
      expect(row.generator).toBe("swapper");
      expect(fitted).not.toContain(row.group);
    }
  });

  it("holds for every stage, and for faces without a label", () => {
    const settings = {
      ...SETTINGS,
      leaveOut,
      bankSize: 100,
      labelFraction: 0.5,
      useUnlabelled: true,
    };
    const { seen, bank } = pretrainingSides(rows, settings);
    const { fit } = teachingSides(rows, settings);
    const { lessons } = distillingSides(rows, settings);
    for (const side of [seen, bank, fit, lessons]) {
      expect(side.length).toBeGreaterThan(0);
      expect(side.map(({ generator }) => generator)).not.toContain("swapper");
    }
    expect(files(pretrainingSides(rows, { ...settings, leaveOut: undefined }).seen)).toContain(
      "0-4.jpg",
    );
  });
});

it("leaves out a source of real faces too", () => {
  const sources = ["own-0"];
  const sides = trainingSplit(rows, { ...SETTINGS, leaveOut: { generators: [], sources } });
  expect(sides.leftOut.map(({ source }) => source)).toEqual(Array(4).fill("own-0"));
  expect([...sides.fit, ...sides.heldOut].map(({ source }) => source)).not.toContain("own-0");
});

it("refuses a name that the data do not have, and tells those they have", () => {
  const settings = { ...SETTINGS, leaveOut: { generators: ["swaper"], sources: [] } };
  expect(() => trainingSplit(rows, settings)).toThrow(
    'the generator "swaper", which the data do not have; they have animator, camera, swapper',
  );
});

describe("a refit", () => {
  /** The same eight people under other names, kept for measuring; one of them stands in both. */
  const val = rows.map((row) => ({
    ...row,
    file: `val-${row.file}`,
    split: row.label === "unlabelled" ? "unlabelled" : "val",
    group: row.group.startsWith("person-0") ? row.group : `val-${row.group}`,
  }));
  const both = [...rows, ...val];
  const splits = ["train", "val"];
  const before = trainingSplit(both, SETTINGS);
  const refit = trainingSplit(both, { ...SETTINGS, splits });

  it("fits the other split too, and holds out of `train` what was held out before", () => {
    const ofTrain = ({ split }: FaceRow) => split === "train";
    expect(before.fit.every(ofTrain)).toBe(true);
    expect(files(refit.heldOut.filter(ofTrain))).toEqual(files(before.heldOut));
    expect(refit.heldOut.length).toBeGreaterThan(before.heldOut.length);
    const fitted = files(refit.fit);
    expect(fitted.length).toBeGreaterThan(before.fit.length);
    expect(fitted.some((file) => file.startsWith("val-"))).toBe(true);
  });

  it("fits nobody whom either split holds out", () => {
    const unseen = new Set(refit.heldOut.map(({ group }) => group));
    expect(refit.fit.filter(({ group }) => unseen.has(group))).toEqual([]);
  });

  it("reaches pretraining and distilling too, which see nothing of `val` otherwise", () => {
    const settings = { ...SETTINGS, bankSize: 10, labelFraction: 1, useUnlabelled: true };
    const isVal = ({ split }: FaceRow) => split === "val";
    for (const sides of [settings, { ...settings, splits }]) {
      const { seen } = pretrainingSides(both, sides);
      const { lessons } = distillingSides(both, sides);
      expect([seen.some(isVal), lessons.some(isVal)]).toEqual(
        sides === settings ? [false, false] : [true, true],
      );
    }
  });

  it("refuses a split that the data do not have", () => {
    expect(() => trainingSplit(both, { ...SETTINGS, splits: ["train", "vall"] })).toThrow(
      'splits names "vall", which the data do not have; they have train, unlabelled, val',
    );
  });
});

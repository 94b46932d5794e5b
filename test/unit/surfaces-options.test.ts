/** The settings page's facts: figures in words, and licence texts that are those of the packages. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { bundled } from "../../entrypoints/options/licences";
import {
  falseAlarms,
  longDate,
  measuredModel,
  oneIn,
  rankingRows,
} from "../../entrypoints/options/model-words";
import { parseCard, type StudentCard } from "../../model/package/card";

const root = join(import.meta.dirname, "..", "..");

async function shippedCard(): Promise<StudentCard> {
  return parseCard(await readFile(join(root, "assets/student/card.json"), "utf8"));
}

test.each([
  [0.01, "1 in 100"],
  [0.05, "5 in 100"],
  [0.0096, "1 in 100"],
  [0.004, "4 in 1,000"],
  [0.0002, "2 in 10,000"],
  [0.00001, "fewer than 1 in 10,000"],
  [0, "none"],
])("says %d as %s", (rate, words) => {
  expect(oneIn(rate)).toBe(words);
});

describe("a card", () => {
  const auc = { name: "auc", split: "val", value: 0.881, low: 0.86, high: 0.9, pictures: 1200 };
  const alarms = {
    name: "share of real pictures at or above suspicious",
    split: "val",
    scope: "all",
    value: 0.021,
    pictures: 640,
  };
  const untrained = { falsePositiveRate: 1, realPictures: 0, realGroups: 0, logit: 0 };
  const thresholds = { unsure: untrained, suspicious: untrained, strong: untrained };

  test("without figures claims nothing", async () => {
    const card = { ...(await shippedCard()), thresholds, metrics: [] };
    expect(falseAlarms(card)).toBeNull();
    expect(rankingRows(card)).toEqual([]);
  });

  test("with figures puts the whole first, from one split only", async () => {
    const rows = rankingRows({
      ...(await shippedCard()),
      metrics: [
        { ...auc, scope: "faceswap", name: "auc against all real pictures", value: 0.912 },
        { ...auc, scope: "faceswap", name: "auc within the source", value: 0.5 },
        { ...auc, scope: "all" },
        { ...auc, scope: "all", split: "train, held-out groups", value: 0.99 },
        alarms,
      ],
    });
    expect(rows).toEqual([
      { source: "All together", right: "88", interval: "86 to 90", faces: "1,200" },
      { source: "faceswap", right: "91", interval: "86 to 90", faces: "1,200" },
    ]);
  });

  test("says how often ordinary faces are flagged, from other sources where it can", async () => {
    const card = await shippedCard();
    const suspicious = { logit: 1, falsePositiveRate: 0.01, realPictures: 429, realGroups: 40 };
    const trained = { ...card, thresholds: { ...thresholds, suspicious }, metrics: [] };
    expect(falseAlarms(trained)).toBe(
      "Of 429 ordinary faces set aside in training, 1 in 100 were flagged by mistake.",
    );
    const refit = { ...trained, metrics: [{ ...alarms, student: "ours 1.0.0" }] };
    expect(falseAlarms(refit)).toContain("sources that the measured model had not learned from");
    const measured = { ...alarms, low: 0.01, high: 0.034 };
    expect(falseAlarms({ ...trained, metrics: [measured] })).toBe(
      "Of 640 ordinary faces from sources that it had not learned from, 2 in 100 were flagged by mistake (likely 1 in 100 to 3 in 100).",
    );
  });
});

describe("figures", () => {
  const auc = { name: "auc", split: "val", scope: "all", value: 0.7 };

  test("of another student are said to be its own", async () => {
    const card = { ...(await shippedCard()), metrics: [{ ...auc, student: "ours 1.0.0" }] };
    expect(measuredModel(card)).toContain("those of ours 1.0.0, which had not learned from");
  });

  test("of this student need no word", async () => {
    const card = await shippedCard();
    expect(measuredModel({ ...card, metrics: [auc] })).toBeNull();
    expect(measuredModel({ ...card, metrics: [] })).toBeNull();
  });
});

test("writes dates out", () => {
  expect(longDate("2026-11-23")).toBe("23 November 2026");
});

test.each([
  ["preact", "preact/LICENSE"],
  ["fflate", "fflate/LICENSE"],
  ["valibot", "valibot/LICENSE.md"],
  ["c2pa-wasm", "@contentauth/c2pa-wasm/LICENSE"],
  ["exifreader", "exifreader/LICENSE"],
  ["xmldom", "@xmldom/xmldom/LICENSE"],
  ["uplot", "uplot/LICENSE"],
  ["noble-hashes", "@noble/hashes/LICENSE"],
])("ships the licence of %s as the package has it", async (name, path) => {
  const shipped = await readFile(join(root, `assets/licences/${name}.txt`), "utf8");
  expect(shipped).toBe(await readFile(join(root, "node_modules", path), "utf8"));
});

test.each(bundled)("has the text of $name's licence", async ({ text, licence }) => {
  const shipped = await readFile(join(root, "assets", text), "utf8");
  const titles: Record<string, RegExp> = {
    MIT: /MIT License|copies of the Software/,
    "MPL-2.0": /Mozilla Public License,? [Vv]ersion 2\.0/,
    "Apache-2.0": /Apache License/,
  };
  expect(shipped).toMatch(titles[licence] as RegExp);
});

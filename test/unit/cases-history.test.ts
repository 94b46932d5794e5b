/** The history: what is kept, what is not, and what is forgotten when. */
import "fake-indexeddb/auto";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Brief, briefOf } from "../../entrypoints/shared/cases/brief";
import { Database } from "../../entrypoints/shared/cases/database";
import { HistoryStore } from "../../entrypoints/shared/cases/history";
import type { HistoryRetention } from "../../entrypoints/shared/settings";
import { evidenceRecord } from "../fixtures/evidence-record";

const day = 24 * 60 * 60 * 1000;
const start = Date.UTC(2026, 10, 23);
let database: Database;
let history: HistoryStore;
let name = 0;

beforeEach(() => {
  database = new Database(`history-${name++}`);
  history = new HistoryStore(database);
});
afterEach(() => database.delete());

const from = (retention: HistoryRetention = "30", incognito = false) => ({
  incognito,
  settings: { history: retention },
});
const brief = (part: Partial<Brief> = {}): Brief => ({ ...briefOf(evidenceRecord()), ...part });
const everything = { words: "", flaggedOnly: false };
const kept = async (question = everything) => history.rows(await history.ids(question));

test("keeps address, time, level, hash and thumbnail, newest first", async () => {
  await history.record(brief({ url: "https://a.example/1.jpg" }), "flagged", from(), start);
  await history.record(brief({ url: "https://b.example/2.jpg" }), "checked", from(), start + 1);
  expect(await kept()).toMatchObject([
    { at: start + 1, why: "checked", brief: { url: "https://b.example/2.jpg" } },
    { at: start, why: "flagged", brief: { level: "suspicious" } },
  ]);
  const [, first] = await kept();
  expect(first?.brief.thumbnail).toMatch(/^data:image/);
  expect(first?.brief.sha256).toBe("ab".repeat(32));
});

test("keeps nothing of private windows, and nothing at all when it is off", async () => {
  expect(await history.record(brief(), "flagged", from("forever", true))).toBe(false);
  expect(await history.record(brief(), "checked", from("off"))).toBe(false);
  expect(await database.history.count()).toBe(0);
});

test("is one entry for one visit, and another on the next day or with other bytes", async () => {
  await history.record(brief({ level: "suspicious" }), "checked", from(), start);
  await history.record(brief({ level: "strong" }), "flagged", from(), start + 1000);
  expect(await kept()).toMatchObject([
    { at: start + 1000, why: "checked", brief: { level: "strong" } },
  ]);
  await history.record(brief(), "flagged", from(), start + day);
  await history.record(brief({ sha256: "cd".repeat(32) }), "flagged", from(), start + day + 1);
  expect(await kept()).toHaveLength(3);
});

test("never stores the bytes of a data: address", async () => {
  await history.record(
    brief({ url: `data:image/png;base64,${"A".repeat(8000)}` }),
    "flagged",
    from(),
  );
  expect((await kept())[0]?.brief.url.length).toBeLessThan(100);
});

test.each([
  ["7", 2],
  ["30", 3],
  ["90", 4],
  ["forever", 5],
  ["off", 0],
] as const)("with %s keeps %d of five ages", async (retention, expected) => {
  for (const age of [0, 6, 29, 89, 400]) {
    await history.record(
      brief({ url: `https://a.example/${age}` }),
      "flagged",
      from(),
      start - age * day,
    );
  }
  const forgotten = await history.purge({ history: retention }, start);
  expect(forgotten).toBe(5 - expected);
  expect(await kept()).toHaveLength(expected);
});

test("purges once a day however often it is asked", async () => {
  await history.purgeDaily({ history: "30" }, start);
  await history.record(brief(), "flagged", from(), start - 40 * day);
  await history.purgeDaily({ history: "30" }, start + day / 2);
  expect(await database.history.count()).toBe(1);
  await history.purgeDaily({ history: "30" }, start + day);
  expect(await database.history.count()).toBe(0);
});

test("finds by words of title, address and hash, among all or among flagged ones", async () => {
  await history.record(
    brief({ pageTitle: "Harbour at dawn", url: "https://a.example/x.jpg" }),
    "flagged",
    from(),
  );
  await history.record(
    brief({ pageTitle: "Harbour at noon", url: "https://b.example/y.jpg" }),
    "checked",
    from(),
  );
  const found = async (words: string, flaggedOnly = false) =>
    (await history.ids({ words, flaggedOnly })).length;
  expect(await found("harb")).toBe(2);
  expect(await found("harbour noon")).toBe(1);
  expect(await found("harbour", true)).toBe(1);
  expect(await found("a.example x")).toBe(1);
  expect(await found("storm")).toBe(0);
});

test("single entries and all of them can be deleted", async () => {
  for (const i of [1, 2, 3])
    await history.record(brief({ url: `https://a.example/${i}` }), "flagged", from());
  const ids = await history.ids(everything);
  await history.remove(ids.slice(0, 1));
  expect(await history.rows(ids)).toHaveLength(2);
  await history.clear();
  expect(await history.ids(everything)).toEqual([]);
});

/** Cases in a real (in-memory) IndexedDB. */
import "fake-indexeddb/auto";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Database } from "../../entrypoints/shared/cases/database";
import { CaseProblem, problemOf } from "../../entrypoints/shared/cases/problem";
import { searchTerms, searchWords } from "../../entrypoints/shared/cases/search-words";
import { CaseStore } from "../../entrypoints/shared/cases/store";
import { caseItemSchema } from "../../entrypoints/shared/evidence/evidence";
import { evidenceRecord } from "../fixtures/evidence-record";

let database: Database;
let store: CaseStore;
let name = 0;

beforeEach(() => {
  database = new Database(`cases-${name++}`);
  store = new CaseStore(database);
});
afterEach(() => database.delete());

const kindOf = (promise: Promise<unknown>) =>
  promise.then(
    () => "done",
    (error: unknown) => (error instanceof CaseProblem ? error.kind : String(error)),
  );

describe("cases", () => {
  test("hold items with their evidence, and give them back whole", async () => {
    const made = await store.createCase("  An election video ", "seen twice");
    expect(made.title).toBe("An election video");
    const evidence = evidenceRecord();
    const original = new Blob(["bytes"], { type: "image/jpeg" });
    const item = await store.addItem(made.id, evidence, { original, tags: [" a ", "a", "", "b"] });
    expect(v.is(caseItemSchema, item)).toBe(true);
    expect(await store.getItem(item.id)).toEqual({ ...item, tags: ["a", "b"] });
    expect((await store.getOriginal(item.id))?.size).toBe(5);
    const [summary] = await store.listItems(made.id);
    expect(summary).toMatchObject({
      hasOriginal: true,
      brief: { level: "suspicious", faces: 2, url: "https://cdn.example/pictures/minister.jpg" },
    });
    expect(summary).not.toHaveProperty("evidence");
    expect(await store.listCases()).toMatchObject([{ title: made.title, items: 1, flagged: 1 }]);
  });

  test("come in the order of the last work on them", async () => {
    vi.useFakeTimers({ toFake: ["Date"], now: 1000 });
    const first = await store.createCase("First");
    vi.setSystemTime(2000);
    await store.createCase("Second");
    vi.setSystemTime(3000);
    await store.changeCase(first.id, { notes: "more" });
    vi.useRealTimers();
    expect((await store.listCases()).map(({ title }) => title)).toEqual(["First", "Second"]);
  });

  test("the reviewer's call stands beside the tool's, with its time", async () => {
    const { id } = await store.createCase("Case");
    const item = await store.addItem(id, evidenceRecord());
    const called = await store.changeItem(item.id, { call: "genuine" });
    expect(called.call).toBe("genuine");
    expect(Date.parse(called.callAt ?? "")).toBeGreaterThan(0);
    expect(called.brief.level).toBe("suspicious");
    const noted = await store.changeItem(item.id, { notes: "later" });
    expect(noted.callAt).toBe(called.callAt);
    expect(await store.changeItem(item.id, { call: null })).toMatchObject({ callAt: null });
  });

  test("what was deleted comes back as it was", async () => {
    const { id } = await store.createCase("Case", "notes");
    const original = new Blob(["x"]);
    const kept = await store.addItem(id, evidenceRecord(), { original });
    const other = await store.addItem(id, evidenceRecord());
    const removedItem = await store.removeItem(kept.id);
    expect((await store.listItems(id)).map((item) => item.id)).toEqual([other.id]);
    await store.restore(removedItem);
    const before = await store.getWithItems(id);
    const removed = await store.removeCase(id);
    expect(await database.evidence.count()).toBe(0);
    expect(await kindOf(store.getCase(id))).toBe("gone");
    await store.restore(removed);
    expect(await store.getWithItems(id)).toEqual(before);
    expect(await store.getOriginal(kept.id)).not.toBeNull();
  });

  test("an imported case is another one", async () => {
    const { id } = await store.createCase("Case");
    await store.addItem(id, evidenceRecord(), { notes: "mine" });
    const exported = await store.getWithItems(id);
    const [imported] = await store.importCases([exported]);
    expect(imported?.id).not.toBe(id);
    const again = await store.getWithItems(imported?.id ?? "");
    expect(again.items).toMatchObject([{ notes: "mine", evidence: exported.items[0]?.evidence }]);
    expect((await store.listCases()).length).toBe(2);
  });

  test("everything can be deleted", async () => {
    const { id } = await store.createCase("Case");
    await store.addItem(id, evidenceRecord(), { original: new Blob(["x"]) });
    await store.deleteEverything();
    for (const table of database.tables)
      expect([table.name, await table.count()]).toEqual([table.name, 0]);
  });

  test("a window is told of what another changes", async () => {
    const stop = new AbortController();
    const seen: number[] = [];
    await new Promise<void>((resolve, reject) => {
      store.watch(
        (watched) => watched.listCases(),
        (cases) => {
          seen.push(cases.length);
          if (cases.length === 0) void new CaseStore(new Database(database.name)).createCase("A");
          if (cases.length === 1) resolve();
        },
        reject,
        stop.signal,
      );
    });
    stop.abort();
    expect(seen).toEqual([0, 1]);
  });
});

describe("search", () => {
  test("finds titles, notes, tags, page titles, addresses and hashes by the beginnings of words", async () => {
    const { id } = await store.createCase("Élection à Łódź", "a rumour");
    await store.addItem(id, evidenceRecord(), {
      tags: ["deep dive"],
      notes: "東京の写真 from Anna",
    });
    const items = async (words: string) => (await store.search(words)).items.length;
    for (const words of ["minister", "cafe VISIT", "news.example", "div", "anna", "abab", "写真"]) {
      expect([words, await items(words)]).toEqual([words, 1]);
    }
    for (const words of ["anna nobody", "inister", "https", "", "%", "rumour"]) {
      expect([words, await items(words)]).toEqual([words, 0]);
    }
    expect((await store.search("election rum")).cases).toMatchObject([{ id }]);
    expect((await store.search("minister")).items[0]).toMatchObject({
      caseTitle: "Élection à Łódź",
    });
  });

  test("follows changes", async () => {
    const { id } = await store.createCase("Case");
    const item = await store.addItem(id, evidenceRecord(), { notes: "walrus" });
    await store.changeItem(item.id, { notes: "narwhal" });
    expect((await store.search("walrus")).items).toEqual([]);
    expect((await store.search("narw")).items).toHaveLength(1);
  });

  test("bounds what a hostile page's title can put into the index", () => {
    const words = searchWords([Array.from({ length: 5000 }, (_, i) => `w${i}`).join(" ")]);
    expect(words.length).toBeLessThanOrEqual(400);
    expect(searchWords(["a".repeat(100_000)])[0]?.length).toBeLessThanOrEqual(40);
    expect(searchTerms("a ".repeat(10_000)).length).toBeLessThanOrEqual(12);
  });
});

describe("trouble", () => {
  test("refuses what does not fit, and keeps what was there", async () => {
    const { id } = await store.createCase("Case", "old");
    expect(await kindOf(store.createCase("   "))).toBe("invalid");
    expect(await kindOf(store.changeCase(id, { notes: "x".repeat(20_001) }))).toBe("invalid");
    expect((await store.getCase(id)).notes).toBe("old");
    expect(await kindOf(store.addItem(crypto.randomUUID(), evidenceRecord()))).toBe("gone");
    expect(await database.evidence.count()).toBe(0);
  });

  test("says that the device is full, and keeps what was there", async () => {
    const { id } = await store.createCase("Case");
    await store.addItem(id, evidenceRecord());
    const full = vi.spyOn(database.evidence, "put").mockImplementation(() => {
      throw new DOMException("no room", "QuotaExceededError");
    });
    expect(await kindOf(store.addItem(id, evidenceRecord()))).toBe("full");
    full.mockRestore();
    // The item's row went with the evidence that did not fit.
    expect(await store.listItems(id)).toHaveLength(1);
  });

  test("names damaged evidence instead of showing it", async () => {
    const { id } = await store.createCase("Case");
    const item = await store.addItem(id, evidenceRecord());
    await database.evidence.put({ id: item.id, evidence: { format: 1 } as never });
    expect(await kindOf(store.getItem(item.id))).toBe("damaged");
    expect(await store.listItems(id)).toHaveLength(1);
  });

  test("leaves a newer database alone", async () => {
    await store.createCase("Case");
    database.close();
    await new Promise<void>((resolve, reject) => {
      const request = indexedDB.open(database.name, 20);
      request.onsuccess = () => resolve(request.result.close());
      request.onerror = () => reject(request.error);
    });
    const older = new CaseStore(new Database(database.name));
    expect(await kindOf(older.listCases())).toBe("newer");
    expect(await kindOf(older.createCase("Another"))).toBe("newer");
  });

  test("says when another window holds an older form, and goes on once it closes", async () => {
    const held = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(`held-${name}`, 1);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    const waiting = new Database(`held-${name}`);
    const blocked = new CaseStore(waiting);
    const said = new Promise<CaseProblem>((resolve) => blocked.onBlocked(resolve));
    const listed = blocked.listCases();
    expect((await said).kind).toBe("blocked");
    held.close();
    expect(await listed).toEqual([]);
    await waiting.delete();
  });

  test("looks for the reason where Dexie hides it", () => {
    const inner = new DOMException("", "QuotaExceededError");
    const wrapped = Object.assign(new Error("aborted"), { name: "AbortError", inner });
    expect(problemOf(wrapped).kind).toBe("full");
    expect(problemOf(new DOMException("Internal error", "UnknownError"))).toMatchObject({
      kind: "damaged",
      message: expect.stringContaining("Nothing was deleted"),
    });
  });
});

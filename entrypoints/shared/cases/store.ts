/**
 * Cases and their items, kept on this device. Every method rejects with a `CaseProblem` whose
 * message is fit for people; what a method was given is never lost by its failing.
 */
import { type IndexableType, liveQuery, type Table } from "dexie";
import * as v from "valibot";
import { isFlagged } from "../../../model/verdict/verdict";
import {
  type Case,
  type CaseItem,
  caseItemSchema,
  caseSchema,
  type Evidence,
  evidenceSchema,
} from "../evidence/evidence";
import { briefOf } from "./brief";
import { type CaseRow, Database, type ItemRow } from "./database";
import { CaseProblem, problemOf } from "./problem";
import { searchTerms, searchWords } from "./search-words";

/** An item as lists show it; its evidence is read when it is opened. */
export type ItemSummary = Omit<ItemRow, "words">;

export interface CaseSummary extends Case {
  items: number;
  flagged: number;
  /** Small pictures of its newest items. */
  thumbnails: string[];
}

export interface CaseWithItems {
  case: Case;
  items: CaseItem[];
}

/** Something deleted, whole, so that it can be put back. */
export interface Removed {
  cases: CaseRow[];
  items: ItemRow[];
  evidence: { id: string; evidence: Evidence }[];
  originals: { id: string; bytes: Blob }[];
}

export interface Found {
  cases: CaseSummary[];
  /** Items with the title of their case. */
  items: { item: ItemSummary; caseTitle: string }[];
}

/** Media larger than this are not kept beside their evidence. */
export const maxOriginalBytes = 64 * 1024 * 1024;
const thumbnailsOfACase = 4;
const mostFound = 200;

export class CaseStore {
  readonly #db: Database;

  constructor(database = new Database()) {
    this.#db = database;
  }

  /** Newest work first. */
  listCases(): Promise<CaseSummary[]> {
    return this.#do(async () => {
      const rows = await this.#db.cases.orderBy("changedAt").reverse().toArray();
      return Promise.all(rows.map((row) => this.#summaryOf(row)));
    });
  }

  getCase(id: string): Promise<Case> {
    return this.#do(async () => caseOf(await this.#caseRow(id)));
  }

  createCase(title: string, notes = ""): Promise<Case> {
    return this.#do(async () => {
      const createdAt = now();
      const made = check(caseSchema, {
        id: crypto.randomUUID(),
        title: title.trim(),
        notes,
        createdAt,
        changedAt: createdAt,
      });
      await this.#db.cases.add(caseRowOf(made));
      return made;
    });
  }

  changeCase(id: string, change: Partial<Pick<Case, "title" | "notes">>): Promise<Case> {
    return this.#do(() =>
      this.#db.transaction("rw", this.#db.cases, async () => {
        const before = caseOf(await this.#caseRow(id));
        const after = check(caseSchema, { ...before, ...change, changedAt: now() });
        await this.#db.cases.put(caseRowOf(after));
        return after;
      }),
    );
  }

  /** @returns what was deleted, for `restore`. */
  removeCase(id: string): Promise<Removed> {
    return this.#do(() =>
      this.#change(async () => {
        const row = await this.#caseRow(id);
        const items = await this.#db.items.where("caseId").equals(id).toArray();
        const removed = { ...(await this.#takeOut(items)), cases: [row] };
        await this.#db.cases.delete(id);
        return removed;
      }),
    );
  }

  /** Oldest first, as they were added. */
  listItems(caseId: string): Promise<ItemSummary[]> {
    return this.#do(async () => {
      const rows = await this.#db.items.where("caseId").equals(caseId).toArray();
      return rows.toSorted(byAdded).map(summaryOf);
    });
  }

  /** @throws CaseProblem `gone`; `damaged` where what was stored is no evidence any more. */
  getItem(id: string): Promise<CaseItem> {
    return this.#do(async () => {
      const row = await this.#db.items.get(id);
      if (!row) throw new CaseProblem("gone");
      return this.#itemOf(row);
    });
  }

  /** The medium as it was checked; null where it was not kept. */
  getOriginal(id: string): Promise<Blob | null> {
    return this.#do(async () => (await this.#db.originals.get(id))?.bytes ?? null);
  }

  /**
   * @param original the bytes that were checked, where they are to be had: with them the item can be
   *   checked again later and used as feedback. Left out silently above `maxOriginalBytes`.
   */
  addItem(
    caseId: string,
    evidence: Evidence,
    { original, notes = "", tags = [] }: { original?: Blob; notes?: string; tags?: string[] } = {},
  ): Promise<CaseItem> {
    const kept = original && original.size <= maxOriginalBytes ? original : undefined;
    return this.#do(() =>
      this.#change(async () => {
        const item = check(caseItemSchema, {
          id: crypto.randomUUID(),
          caseId,
          addedAt: now(),
          evidence,
          notes,
          tags: tidyTags(tags),
          call: null,
          callAt: null,
        });
        await this.#touch(caseId);
        await this.#put(item, kept);
        return item;
      }),
    );
  }

  changeItem(
    id: string,
    change: Partial<Pick<CaseItem, "notes" | "tags" | "call">>,
  ): Promise<ItemSummary> {
    return this.#do(() =>
      this.#change(async () => {
        const row = await this.#db.items.get(id);
        if (!row) throw new CaseProblem("gone");
        const called = change.call !== undefined && change.call !== row.call;
        const after = {
          ...row,
          ...change,
          ...(change.tags && { tags: tidyTags(change.tags) }),
          ...(called && { callAt: change.call === null ? null : now() }),
        };
        const { notes, tags, call } = after;
        check(v.pick(caseItemSchema, ["notes", "tags", "call"]), { notes, tags, call });
        const next = { ...after, words: itemWords(after) };
        await this.#db.items.put(next);
        await this.#touch(row.caseId);
        return summaryOf(next);
      }),
    );
  }

  /** @returns what was deleted, for `restore`. */
  removeItem(id: string): Promise<Removed> {
    return this.#do(() =>
      this.#change(async () => {
        const row = await this.#db.items.get(id);
        if (!row) throw new CaseProblem("gone");
        await this.#touch(row.caseId);
        return this.#takeOut([row]);
      }),
    );
  }

  /** Puts back what `removeCase` or `removeItem` took, as it was. */
  restore(removed: Removed): Promise<void> {
    return this.#do(() =>
      this.#change(async () => {
        await this.#db.cases.bulkPut(removed.cases);
        await this.#db.items.bulkPut(removed.items);
        await this.#db.evidence.bulkPut(removed.evidence);
        await this.#db.originals.bulkPut(removed.originals);
      }),
    );
  }

  /** Cases and items in which every word of the question begins some word; newest first. */
  search(question: string): Promise<Found> {
    const terms = searchTerms(question);
    if (terms.length === 0) return Promise.resolve({ cases: [], items: [] });
    return this.#do(async () => {
      const cases = await this.#db.cases.bulkGet(await withAllTerms(this.#db.cases, terms));
      const items = await this.#db.items.bulkGet(await withAllTerms(this.#db.items, terms));
      const titles = new Map<string, string>();
      await this.#db.cases.each(({ id, title }) => titles.set(id, title));
      return {
        cases: await Promise.all(
          cases
            .filter((row) => row !== undefined)
            .toSorted((a, b) => (a.changedAt < b.changedAt ? 1 : -1))
            .slice(0, mostFound)
            .map((row) => this.#summaryOf(row)),
        ),
        items: items
          .filter((row) => row !== undefined)
          .toSorted((a, b) => byAdded(b, a))
          .slice(0, mostFound)
          .map((row) => ({ item: summaryOf(row), caseTitle: titles.get(row.caseId) ?? "" })),
      };
    });
  }

  /** A case with all of its evidence, for reports. */
  getWithItems(caseId: string): Promise<CaseWithItems> {
    return this.#do(async () => {
      const row = await this.#caseRow(caseId);
      const rows = await this.#db.items.where("caseId").equals(caseId).toArray();
      const items: CaseItem[] = [];
      for (const item of rows.toSorted(byAdded)) items.push(await this.#itemOf(item));
      return { case: caseOf(row), items };
    });
  }

  /**
   * Adds cases that were exported, all or none, with new ids: importing twice gives each twice and
   * changes none.
   *
   * @returns the new cases.
   */
  importCases(sources: readonly CaseWithItems[]): Promise<Case[]> {
    return this.#do(() =>
      this.#change(async () => {
        const made: Case[] = [];
        for (const { case: source, items } of sources) {
          const one: Case = { ...source, id: crypto.randomUUID(), changedAt: now() };
          await this.#db.cases.add(caseRowOf(one));
          for (const item of items) {
            await this.#put({ ...item, id: crypto.randomUUID(), caseId: one.id }, undefined);
          }
          made.push(one);
        }
        return made;
      }),
    );
  }

  /** Deletes the cases, the media kept with them and the history. There is no way back. */
  deleteEverything(): Promise<void> {
    return this.#do(() =>
      this.#db.transaction("rw", this.#db.tables, async () => {
        for (const table of this.#db.tables) await table.clear();
      }),
    );
  }

  /** Calls back with what `query` gives now and whenever that changes, in this window or another. */
  watch<T>(
    query: (store: CaseStore) => Promise<T>,
    onValue: (value: T) => void,
    onProblem: (problem: CaseProblem) => void,
    signal: AbortSignal,
  ): void {
    if (signal.aborted) return;
    const subscription = liveQuery(() => query(this)).subscribe(onValue, (error) =>
      onProblem(problemOf(error)),
    );
    signal.addEventListener("abort", () => subscription.unsubscribe());
  }

  /** Another window holds the database in its older form; the work waits until it closes. */
  onBlocked(callback: (problem: CaseProblem) => void): void {
    this.#db.on("blocked", () => callback(new CaseProblem("blocked")));
  }

  /** Opens the database again after a problem. */
  reopen(): Promise<void> {
    return this.#do(async () => {
      this.#db.close({ disableAutoOpen: false });
      await this.#db.open();
    });
  }

  async #do<T>(work: () => PromiseLike<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw problemOf(error);
    }
  }

  #change<T>(work: () => Promise<T>): PromiseLike<T> {
    const { cases, items, evidence, originals } = this.#db;
    return this.#db.transaction("rw", [cases, items, evidence, originals], work);
  }

  async #caseRow(id: string): Promise<CaseRow> {
    const row = await this.#db.cases.get(id);
    if (!row) throw new CaseProblem("gone");
    return row;
  }

  async #touch(caseId: string): Promise<void> {
    await this.#caseRow(caseId);
    await this.#db.cases.update(caseId, { changedAt: now() });
  }

  async #put({ evidence, ...item }: CaseItem, original: Blob | undefined): Promise<void> {
    const brief = briefOf(evidence);
    const row = { ...item, brief, hasOriginal: original !== undefined };
    await this.#db.items.put({ ...row, words: itemWords(row) });
    await this.#db.evidence.put({ id: item.id, evidence });
    if (original) await this.#db.originals.put({ id: item.id, bytes: original });
  }

  async #takeOut(items: ItemRow[]): Promise<Removed> {
    const ids = items.map(({ id }) => id);
    const there = <T>(rows: (T | undefined)[]) => rows.filter((row) => row !== undefined);
    const removed = {
      cases: [],
      items,
      evidence: there(await this.#db.evidence.bulkGet(ids)),
      originals: there(await this.#db.originals.bulkGet(ids)),
    };
    await this.#db.items.bulkDelete(ids);
    await this.#db.evidence.bulkDelete(ids);
    await this.#db.originals.bulkDelete(ids);
    return removed;
  }

  async #itemOf({ brief: _, hasOriginal: __, words: ___, ...item }: ItemRow): Promise<CaseItem> {
    const stored = await this.#db.evidence.get(item.id);
    const result = v.safeParse(evidenceSchema, stored?.evidence);
    if (!result.success) {
      throw new CaseProblem("damaged", "The evidence of one item is not whole any more.");
    }
    return { ...item, evidence: result.output };
  }

  async #summaryOf({ words: _, ...row }: CaseRow): Promise<CaseSummary> {
    const items = await this.#db.items.where("caseId").equals(row.id).toArray();
    const newest = items.toSorted((a, b) => byAdded(b, a));
    return {
      ...row,
      items: items.length,
      flagged: items.filter(({ brief }) => isFlagged(brief.level)).length,
      thumbnails: newest.flatMap(({ brief }) => brief.thumbnail ?? []).slice(0, thumbnailsOfACase),
    };
  }
}

/** Primary keys of rows that have, for each term, a word that begins with it. */
export async function withAllTerms<K extends IndexableType>(
  table: Table<{ words: string[] }, K>,
  terms: readonly string[],
): Promise<K[]> {
  let met: K[] | null = null;
  // The longest term is likely to be met least, and leaves the least to compare.
  for (const term of terms.toSorted((a, b) => b.length - a.length)) {
    const all: K[] = await table.where("words").startsWith(term).primaryKeys();
    // `distinct()` would walk a cursor from key to key; this way they come in one answer.
    const keys = [...new Set(all)];
    met = met ? common(met, keys) : keys;
    if (met.length === 0) break;
  }
  return met ?? [];
}

function common<K>(some: K[], others: K[]): K[] {
  const known = new Set(some);
  return others.filter((key) => known.has(key));
}

const now = () => new Date().toISOString();
const byAdded = (a: ItemRow, b: ItemRow) => (a.addedAt < b.addedAt ? -1 : 1);

function caseRowOf(made: Case): CaseRow {
  return { ...made, words: searchWords([made.title, made.notes]) };
}

function caseOf({ words: _, ...row }: CaseRow): Case {
  return row;
}

function summaryOf({ words: _, ...row }: ItemRow): ItemSummary {
  return row;
}

/** Notes last: where a long one fills the index, the names are in it. */
function itemWords({ brief, notes, tags }: Omit<ItemRow, "words">): string[] {
  const { name, pageTitle, url, pageUrl, sha256 } = brief;
  const address = url.startsWith("data:") ? "" : url;
  return searchWords([...tags, pageTitle, name, sha256, address, pageUrl, notes]);
}

/** Trimmed, none empty, none twice, in the order typed. */
export function tidyTags(tags: readonly string[]): string[] {
  return [...new Set(tags.map((tag) => tag.trim().replace(/\s+/g, " ")))].filter(Boolean);
}

/** @throws CaseProblem saying which part is wrong. */
function check<const S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new CaseProblem("invalid", `${v.getDotPath(issue) ?? "It"}: ${issue.message}.`);
}

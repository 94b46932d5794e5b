/**
 * The workbench's database (IndexedDB through Dexie): cases, their items, the media that were kept
 * with them, and the history. Lists read small rows; evidence and media, which are large, lie in
 * tables of their own and are read one at a time.
 */
import { Dexie, type Table } from "dexie";
import type { Case, CaseItem, Evidence } from "../evidence/evidence";
import type { Brief } from "./brief";

export const databaseName = "unmask-workbench";
const version = 1;

/** Dexie multiplies version numbers by this, to leave room for tenths. */
const dexieVersionFactor = 10;

export interface CaseRow extends Case {
  /** Words of title and notes, for search. */
  words: string[];
}

/** An item without its evidence, and what a list shows of that. */
export interface ItemRow extends Omit<CaseItem, "evidence"> {
  brief: Brief;
  hasOriginal: boolean;
  words: string[];
}

/** Why something stands in the history: a page showed it with signs, or somebody asked for it. */
export const historyKinds = ["flagged", "checked"] as const;

export interface HistoryRow {
  /** Rising with time: the primary key is the order of the list. */
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  why: (typeof historyKinds)[number];
  brief: Brief;
  /** Address of the medium; again outside `brief` because an index needs it. */
  url: string;
  words: string[];
}

export class Database extends Dexie {
  declare cases: Table<CaseRow, string>;
  declare items: Table<ItemRow, string>;
  declare evidence: Table<{ id: string; evidence: Evidence }, string>;
  /** Bytes of media as they were checked; they never leave but by an export. */
  declare originals: Table<{ id: string; bytes: Blob }, string>;
  declare history: Table<HistoryRow, number, Omit<HistoryRow, "id">>;
  /** When something was last done, by its name, milliseconds since 1970. */
  declare done: Table<{ what: string; at: number }, string>;

  constructor(name = databaseName) {
    super(name);
    this.version(version).stores({
      cases: "id, changedAt, *words",
      items: "id, caseId, *words",
      evidence: "id",
      originals: "id",
      history: "++id, at, why, url, *words",
      done: "what",
    });
    // Dexie would open a newer database and write rows of the older form into it.
    this.on("ready", () => {
      if (this.backendDB().version > version * dexieVersionFactor) throw new Dexie.VersionError();
    });
  }
}

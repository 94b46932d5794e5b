/**
 * The history: media that showed signs on pages, and media that somebody asked to have checked. It
 * stays on this device, holds nothing from private windows, and forgets by the retention setting.
 */
import type { HistoryRetention, Settings } from "../settings";
import type { Brief } from "./brief";
import { Database, type HistoryRow } from "./database";
import { problemOf } from "./problem";
import { searchTerms, searchWords } from "./search-words";
import { withAllTerms } from "./store";

export type HistoryEntry = Omit<HistoryRow, "words">;

export interface HistoryQuestion {
  /** Words to search for; empty finds all. */
  words: string;
  /** Only what showed signs on a page. */
  flaggedOnly: boolean;
}

/** Seen again on the same page within this time it is one entry, with the newest time and result. */
const sameVisitMs = 12 * 60 * 60 * 1000;
/** Within this time the same result again is not worth a write. */
const sameResultMs = 60_000;
const retainedDays: Record<Exclude<HistoryRetention, "forever">, number> = {
  off: 0,
  "7": 7,
  "30": 30,
  "90": 90,
};
const dayMs = 24 * 60 * 60 * 1000;

export class HistoryStore {
  readonly #db: Database;

  constructor(database = new Database()) {
    this.#db = database;
  }

  /**
   * @param from.incognito of the tab that showed it: nothing of a private window is kept.
   * @returns whether it was kept.
   */
  record(
    brief: Brief,
    why: HistoryRow["why"],
    from: { incognito: boolean; settings: Pick<Settings, "history"> },
    at = Date.now(),
  ): Promise<boolean> {
    if (from.incognito || from.settings.history === "off") return Promise.resolve(false);
    const url = brief.url.startsWith("data:") ? brief.url.slice(0, 64) : brief.url;
    const kept = { ...brief, url };
    return this.#do(() =>
      this.#db.transaction("rw", this.#db.history, async () => {
        const before = await this.#sameVisit(kept, at);
        // A video is reported again with every frame.
        if (before && isSameResult(before, brief, why) && at - before.at < sameResultMs)
          return true;
        // A new row, so that the order of keys stays the order of time.
        if (before) await this.#db.history.delete(before.id);
        const checked = why === "checked" || before?.why === "checked";
        await this.#db.history.add({
          at,
          why: checked ? "checked" : "flagged",
          brief: kept,
          url,
          words: wordsOf(kept),
        });
        return true;
      }),
    );
  }

  /** Another text whenever entries came or went: cheap to watch, as ten thousand keys are not. */
  state(): Promise<string> {
    return this.#do(async () => {
      const count = await this.#db.history.count();
      const last = await this.#db.history.toCollection().last();
      return `${count} ${last?.id ?? 0}`;
    });
  }

  /** Keys of all that fits the question, newest first: what a windowed list scrolls over. */
  ids({ words, flaggedOnly }: HistoryQuestion): Promise<number[]> {
    const terms = searchTerms(words);
    const { history } = this.#db;
    return this.#do(async () => {
      const flagged = flaggedOnly
        ? await history.where("why").equals("flagged").primaryKeys()
        : null;
      if (terms.length === 0) {
        const ids = flagged ?? (await history.toCollection().primaryKeys());
        return ids.toSorted((a, b) => b - a);
      }
      const met = await withAllTerms<number>(history, terms);
      const wanted = flagged ? new Set(flagged) : null;
      return met.filter((id) => wanted?.has(id) ?? true).toSorted((a, b) => b - a);
    });
  }

  /** The rows of these keys, in their order; those deleted meanwhile are left out. */
  rows(ids: readonly number[]): Promise<HistoryEntry[]> {
    return this.#do(async () => {
      const rows = await this.#db.history.bulkGet([...ids]);
      return rows.filter((row) => row !== undefined).map(({ words: _, ...entry }) => entry);
    });
  }

  remove(ids: readonly number[]): Promise<void> {
    return this.#do(() => this.#db.history.bulkDelete([...ids]));
  }

  /** Undoes `remove`. */
  putBack(entries: readonly HistoryEntry[]): Promise<void> {
    return this.#do(async () => {
      await this.#db.history.bulkPut(
        entries.map((entry) => ({ ...entry, words: wordsOf(entry.brief) })),
      );
    });
  }

  clear(): Promise<void> {
    return this.#do(() => this.#db.history.clear());
  }

  /**
   * Forgets what is older than the setting allows; with "off", all of it.
   *
   * @returns how many entries were forgotten.
   */
  purge({ history }: Pick<Settings, "history">, now = Date.now()): Promise<number> {
    if (history === "forever") return Promise.resolve(0);
    const days = retainedDays[history];
    return this.#do(async () => {
      const forgotten = await this.#db.history
        .where("at")
        .belowOrEqual(now - days * dayMs)
        .delete();
      await this.#db.done.put({ what: "purge", at: now });
      return forgotten;
    });
  }

  /** `purge`, at most once a day: for a service worker, which starts hundreds of times. */
  async purgeDaily(settings: Pick<Settings, "history">, now = Date.now()): Promise<void> {
    const last = await this.#do(() => this.#db.done.get("purge"));
    if (last && last.at <= now && now - last.at < dayMs) return;
    await this.purge(settings, now);
  }

  async #sameVisit({ url, pageUrl, sha256 }: Brief, at: number): Promise<HistoryRow | undefined> {
    if (!url) return undefined;
    return this.#db.history
      .where("url")
      .equals(url)
      .filter(
        ({ brief, at: then }) =>
          brief.pageUrl === pageUrl &&
          at - then < sameVisitMs &&
          (!sha256 || !brief.sha256 || sha256 === brief.sha256),
      )
      .first();
  }

  async #do<T>(work: () => PromiseLike<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw problemOf(error);
    }
  }
}

function isSameResult(before: HistoryRow, brief: Brief, why: HistoryRow["why"]): boolean {
  return before.brief.level === brief.level && (before.why === why || before.why === "checked");
}

function wordsOf({ name, pageTitle, url, pageUrl, sha256 }: Brief): string[] {
  return searchWords([pageTitle, name, url, pageUrl, sha256]);
}

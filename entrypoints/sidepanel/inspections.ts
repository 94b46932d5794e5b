/**
 * The media that somebody wanted to see in full since the panel was opened: chosen from the page's
 * list, dropped, pasted, or asked for from a menu. Holds what became of each; gathers nothing itself.
 */
import type { Evidence } from "../shared/evidence/evidence";
import type { EvidenceRequest } from "../shared/evidence/request";
import { type Prepared, Unavailable } from "./prepare";

export interface Listed {
  readonly tabId: number;
  readonly frameId: number;
  readonly mediumId: string;
  /** Address of the page when it was opened. */
  readonly pageUrl: string;
}

export interface Inspection {
  readonly id: string;
  /** Place in the order in which they were asked for; the lowest is next. */
  readonly turn: number;
  /** What people know it by: a file's name, an address. From pages and files: text only. */
  readonly name: string;
  /** Of a medium in a page's list, so that it is found again; null for what was asked on demand. */
  readonly listed: Listed | null;
  /** From a private window: nothing of it is kept. */
  readonly isPrivate: boolean;
  /** Null until it is known what to read, and after a problem. */
  readonly request: EvidenceRequest | null;
  /** What a person must know before reading the evidence ("This is a screenshot …"). */
  readonly notice: string | null;
  /** Why there is no evidence, a sentence. */
  readonly problem: string | null;
  /** The latest there is; complete. */
  readonly evidence: Evidence | null;
  /** The work ended without evidence, by a person's wish mostly; others need not wait for it. */
  readonly gaveUp: boolean;
}

type NewInspection = Pick<Inspection, "name" | "listed" | "isPrivate">;

/** Evidence holds small pictures, some hundred kilobytes each; the oldest go first. */
const maxInspections = 200;

export class Inspections {
  private list: readonly Inspection[] = [];
  private turns = 0;
  private readonly fallbacks = new Map<string, NonNullable<Prepared["fallback"]>>();
  private readonly listeners = new Set<() => void>();

  get all(): readonly Inspection[] {
    return this.list;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** `prepare` finds out what to read; what it throws is shown. @returns its id */
  add(about: NewInspection, prepare: () => Promise<Prepared>): string {
    return this.addAll([[about, prepare]])[0] as string;
  }

  /** The latest to be asked for stand first, and what comes together keeps its order. */
  addAll(asked: readonly [about: NewInspection, prepare: () => Promise<Prepared>][]): string[] {
    const fresh = asked.map(([about]) => {
      this.turns += 1;
      const id = crypto.randomUUID();
      const turn = this.turns;
      return {
        ...about,
        id,
        turn,
        request: null,
        notice: null,
        problem: null,
        evidence: null,
        gaveUp: false,
      };
    });
    this.show(bounded([...fresh, ...this.list]));
    for (const [index, { id }] of fresh.entries()) {
      const prepare = asked[index]?.[1];
      if (prepare) void this.prepare(id, prepare);
    }
    return fresh.map(({ id }) => id);
  }

  /** Once more, as far as it still can be had; what was found stays until then. */
  again(id: string, prepare: () => Promise<Prepared>): void {
    this.change(id, { problem: null, gaveUp: false });
    void this.prepare(id, prepare);
  }

  /** Evidence has come, or more of it. */
  async found(id: string, evidence: Evidence): Promise<void> {
    this.change(id, { evidence });
    const fallback = this.fallbacks.get(id);
    this.fallbacks.delete(id);
    if (!fallback || evidence.verdict.reason !== "unreadable") return;
    const other = await fallback().catch(() => null);
    if (other) this.change(id, { request: other.request, notice: other.notice ?? null });
  }

  gaveUp(id: string): void {
    this.change(id, { gaveUp: true });
  }

  private async prepare(id: string, prepare: () => Promise<Prepared>): Promise<void> {
    try {
      const { request, notice = null, fallback } = await prepare();
      if (fallback) this.fallbacks.set(id, fallback);
      this.change(id, { request, notice });
    } catch (error) {
      const known = error instanceof Unavailable;
      if (!known) console.error(error);
      const problem = known ? error.message : "Something went wrong while reading it.";
      this.change(id, { problem });
    }
  }

  private change(id: string, part: Partial<Inspection>): void {
    this.show(this.list.map((one) => (one.id === id ? { ...one, ...part } : one)));
  }

  private show(list: readonly Inspection[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}

/** Drops what is settled, the oldest first; what waits for its turn stays, however much it is. */
function bounded(list: readonly Inspection[]): readonly Inspection[] {
  let surplus = list.length - maxInspections;
  if (surplus <= 0) return list;
  return list
    .toReversed()
    .filter(({ evidence, problem, gaveUp }) => {
      if (surplus <= 0 || !(evidence || problem || gaveUp)) return true;
      surplus -= 1;
      return false;
    })
    .toReversed();
}

/**
 * The journal of a run that makes a report: a line for each medium as soon as it is done, so that
 * nothing computed is lost and an interrupted run can go on. The reports are written from it.
 */
import { type FileHandle, mkdir, open, stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import {
  type Case,
  type CaseItem,
  caseItemSchema,
  caseSchema,
} from "../entrypoints/shared/evidence/evidence";
import type { Target } from "./scan-target";

const journalName = "journal.jsonl";

const headSchema = v.object({ journal: v.literal(1), case: caseSchema });
const lineSchema = v.object({
  /** Which medium: its absolute path, or its address. */
  key: v.string(),
  /** Size and time of the file when it was looked at; a changed file is done again. */
  stamp: v.string(),
  /** It could not be had: the next run tries again. */
  failed: v.boolean(),
  item: caseItemSchema,
});
type JournalLine = v.InferOutput<typeof lineSchema>;

/** The folder holds something that a run must not write over; the message says what. */
export class JournalError extends Error {
  override name = "JournalError";
}

interface Place {
  from: number;
  length: number;
  stamp: string;
  failed: boolean;
}

export class Journal {
  /** Where the last line on each medium stands, in the order in which they were first done. */
  readonly #places = new Map<string, Place>();
  readonly #handle: FileHandle;
  readonly case: Case;
  #end: number;
  #writing: Promise<unknown> = Promise.resolve();

  private constructor(handle: FileHandle, inCase: Case, end: number) {
    this.#handle = handle;
    this.case = inCase;
    this.#end = end;
  }

  /**
   * @param resume goes on with the journal that is there; without it there must be none.
   * @throws JournalError
   */
  static async open(folder: string, title: string, resume: boolean): Promise<Journal> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, journalName);
    const there = await stat(path).catch(() => null);
    if (there && there.size > 0) {
      if (!resume) {
        throw new JournalError(
          `${folder} holds an earlier run. Go on with it by --resume, or name another folder.`,
        );
      }
      return Journal.#goOn(await open(path, "r+"), path);
    }
    const createdAt = new Date().toISOString();
    const inCase = { id: crypto.randomUUID(), title, notes: "", createdAt, changedAt: createdAt };
    const journal = new Journal(await open(path, "w+"), inCase, 0);
    await journal.#append(JSON.stringify({ journal: 1, case: inCase }));
    return journal;
  }

  /** A run that was killed may have left half a line; it is written over. */
  static async #goOn(handle: FileHandle, path: string): Promise<Journal> {
    let journal: Journal | null = null;
    let at = 0;
    for await (const line of linesOf(handle)) {
      const from = at;
      at += line.length + 1;
      if (!journal) {
        const head = v.safeParse(headSchema, parse(line));
        if (!head.success) throw new JournalError(`${path} is no journal of a scan.`);
        journal = new Journal(handle, head.output.case, at);
        continue;
      }
      const { output, success } = v.safeParse(lineSchema, parse(line));
      if (success) journal.#remember(output, from, line.length);
      journal.#end = at;
    }
    if (!journal) throw new JournalError(`${path} is no journal of a scan.`);
    await handle.truncate(journal.#end);
    return journal;
  }

  /** Keys of all that was done. */
  get keys(): string[] {
    return [...this.#places.keys()];
  }

  /** True where this medium was done, as it is now. */
  async isDone(target: Target): Promise<boolean> {
    const place = this.#places.get(keyOf(target));
    return place !== undefined && !place.failed && place.stamp === (await stampOf(target));
  }

  async add(target: Target, item: CaseItem, failed: boolean): Promise<void> {
    const line: JournalLine = { key: keyOf(target), stamp: await stampOf(target), failed, item };
    const text = JSON.stringify(line);
    await this.#append(text, (from, length) => this.#remember(line, from, length));
  }

  /** The record of a medium; null where there is none. */
  async read(key: string): Promise<CaseItem | null> {
    const place = this.#places.get(key);
    if (!place) return null;
    await this.#writing;
    const { buffer } = await this.#handle.read(
      Buffer.alloc(place.length),
      0,
      place.length,
      place.from,
    );
    return v.parse(lineSchema, parse(buffer)).item;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
  }

  #remember({ key, stamp, failed }: JournalLine, from: number, length: number): void {
    this.#places.set(key, { from, length, stamp, failed });
  }

  #append(text: string, written?: (from: number, length: number) => void): Promise<void> {
    const bytes = Buffer.from(`${text}\n`);
    const write = this.#writing.then(async () => {
      await this.#handle.write(bytes, 0, bytes.length, this.#end);
      written?.(this.#end, bytes.length - 1);
      this.#end += bytes.length;
    });
    // A disk that is full must not fail every later line with the same error unseen.
    this.#writing = write.catch(() => undefined);
    return write;
  }
}

export const keyOf = ({ path, url }: Target): string => url ?? path;

/** Addresses have none: to see whether one has changed it would have to be fetched again. */
async function stampOf({ path, url }: Target): Promise<string> {
  if (url !== undefined) return "";
  const info = await stat(path).catch(() => null);
  return info ? `${info.size} ${info.mtimeMs}` : "missing";
}

function parse(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString("utf8"));
  } catch {
    return null;
  }
}

/** Whole lines, without their ends. */
async function* linesOf(handle: FileHandle): AsyncGenerator<Buffer> {
  let rest: Buffer = Buffer.alloc(0);
  for (let at = 0; ; ) {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(1 << 20), 0, 1 << 20, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    rest = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
    for (let end = rest.indexOf(10); end >= 0; end = rest.indexOf(10)) {
      yield rest.subarray(0, end);
      rest = rest.subarray(end + 1);
    }
  }
}

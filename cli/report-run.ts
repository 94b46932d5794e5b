/**
 * A run that makes a report: turns what the scanner answers into records, keeps them in the journal,
 * and knows what is already there.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Scanned } from "../entrypoints/scan/scanner";
import type { CaseItem, DetectorFacts, Evidence } from "../entrypoints/shared/evidence/evidence";
import { studentFacts } from "../entrypoints/shared/evidence/student-facts";
import { abstain } from "../model/verdict/picture";
import { Journal, keyOf } from "./scan-journal";
import { writeReports } from "./scan-report";
import { originOf, type Target } from "./scan-target";

export class ReportRun {
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #student: DetectorFacts;

  private constructor(folder: string, journal: Journal, student: DetectorFacts) {
    this.#folder = folder;
    this.#journal = journal;
    this.#student = student;
  }

  /** @throws JournalError */
  static async open(
    folder: string,
    title: string,
    resume: boolean,
    extensionDir: string,
  ): Promise<ReportRun> {
    const student = await studentOf(extensionDir);
    return new ReportRun(folder, await Journal.open(folder, title, resume), student);
  }

  /** The record of a target that an earlier run has done; null where it has to be done (again). */
  async done(target: Target): Promise<Evidence | null> {
    if (!(await this.#journal.isDone(target))) return null;
    return (await this.#journal.read(keyOf(target)))?.evidence ?? null;
  }

  keep(target: Target, { evidence, error }: Scanned): Promise<void> {
    if (!evidence) return this.lose(target, error ?? "nothing was learnt of it");
    const whole = { ...evidence, origin: originOf(target) };
    return this.#journal.add(target, itemOf(this.#journal.case.id, whole), false);
  }

  /** It could not be had or read at all. */
  lose(target: Target, problem: string): Promise<void> {
    const evidence: Evidence = {
      format: 1,
      id: crypto.randomUUID(),
      kind: target.kind ?? "image",
      origin: originOf(target),
      checkedAt: new Date().toISOString(),
      fileMissing: problem.slice(0, 300),
      width: 0,
      height: 0,
      verdict: abstain("unreadable", this.#student.model, problem),
      crops: [],
      stability: [],
      detector: this.#student,
    };
    return this.#journal.add(target, itemOf(this.#journal.case.id, evidence), true);
  }

  /** Writes the reports on these targets and on whatever else the journal holds. */
  async finish(targets: readonly Target[]): Promise<void> {
    const keys = new Set([...targets.map(keyOf), ...this.#journal.keys]);
    const tool = `Unmask ${this.#student.toolVersion}, command line`;
    await writeReports(this.#folder, this.#journal, [...keys], tool);
    await this.#journal.close();
  }
}

function itemOf(caseId: string, evidence: Evidence): CaseItem {
  return {
    id: crypto.randomUUID(),
    caseId,
    addedAt: new Date().toISOString(),
    evidence,
    notes: "",
    tags: [],
    call: null,
    callAt: null,
  };
}

/** Facts of the student in the built extension; it has not been asked anything yet. */
export async function studentOf(extensionDir: string): Promise<DetectorFacts> {
  const card = await readFile(join(extensionDir, "student", "card.json"));
  const manifest = await readFile(join(extensionDir, "manifest.json"), "utf8");
  return { ...(await studentFacts(card, JSON.parse(manifest).version)), backend: "none" };
}

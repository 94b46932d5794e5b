/**
 * One run of the scanner over its targets: passes over what an earlier run has done, fetches listed
 * addresses as their turn comes, and hands every record to the report as soon as it is there.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { counted } from "../components/words";
import type { BackendName } from "../model/backend/backend";
import type { DetectorDescription } from "../model/detector/types";
import { fetchMedium } from "./fetch-medium";
import { showProgress } from "./progress";
import type { ReportRun } from "./report-run";
import { ScanFailure, scanInBrowser } from "./scan-browser";
import { resultOf, resultOfEvidence, type ScanResult, unreadResult } from "./scan-result";
import type { Target } from "./scan-target";

export interface ScanRunOptions {
  extensionDir: string;
  jobs: number;
  backend: BackendName | undefined;
  /** Whether listed addresses may lead to private networks. */
  allowPrivate: boolean;
  /** Goes on with an earlier run. */
  resume: boolean;
  /** Takes the records; null where no report was asked for. */
  report: ReportRun | null;
  signal: AbortSignal;
  say(text: string): void;
}

export class ScanRun {
  readonly #options: ScanRunOptions;
  /** Name and version of the student, once it is known. */
  #model: string | null = null;
  /** The journal's writes under way; they end before the report is written. */
  readonly #writes: Promise<void>[] = [];

  constructor(options: ScanRunOptions) {
    this.#options = options;
  }

  /**
   * @returns results in the order of `targets`, those that a stopped run has not come to left out,
   *   and why the scanner itself failed. Every target has a result then all the same: a script need
   *   not guess which are missing.
   */
  async run(targets: Target[]): Promise<{ results: ScanResult[]; failure: string | null }> {
    const results: (ScanResult | null)[] = targets.map(() => null);
    const open: [place: number, target: Target][] = [];
    for (const [place, target] of targets.entries()) {
      if (target.error !== undefined) {
        results[place] = await this.#lost(target, target.error);
        continue;
      }
      const before = await this.#options.report?.done(target);
      if (before) results[place] = resultOfEvidence(target, before);
      else open.push([place, target]);
    }
    const done = targets.length - open.length;
    if (this.#options.resume) this.#options.say(`${counted(done, "medium", "media")} done before.`);
    const failure = open.length > 0 ? await this.#look(open, results) : null;
    // A record that could not be written is worth failing for: the report would lack it.
    await Promise.all(this.#writes);
    return { results: results.filter((result) => result !== null), failure };
  }

  /** Puts the results of what is open into their places. @returns why the scanner failed, or null */
  async #look(
    open: [place: number, target: Target][],
    results: (ScanResult | null)[],
  ): Promise<string | null> {
    const { backend, allowPrivate, jobs, extensionDir, report, signal } = this.#options;
    const progress = showProgress(open.length);
    const downloads = await mkdtemp(join(tmpdir(), "unmask-fetched-"));
    let done = 0;
    const answer = async (index: number, resultFor: (target: Target) => Promise<ScanResult>) => {
      const [place, target] = open[index] ?? [];
      if (place === undefined || target === undefined) return;
      results[place] = await resultFor(target);
      progress.step(++done);
    };
    const answered = (work: Promise<void>) => {
      // Looked at in the end; until then a failure must not count as unhandled.
      work.catch(() => undefined);
      this.#writes.push(work);
    };
    const fetched = (url: string, index: number) => () =>
      fetchMedium(url, {
        folder: downloads,
        name: String(index),
        allowPrivate,
        signal,
      });
    try {
      await scanInBrowser({
        extensionDir,
        paths: open.map(([, { path, url }], i) => (url === undefined ? path : fetched(url, i))),
        jobs,
        backend,
        evidence: report !== null,
        signal,
        onReady: (description) => {
          if (this.#model === null) progress.note(startLine(open.length, jobs, description));
          this.#model = description.model;
        },
        onScanned: (index, scanned) =>
          answered(
            answer(index, async (target) => {
              await report?.keep(target, scanned);
              return resultOf(target, scanned);
            }),
          ),
        onLost: (index, error) => answered(answer(index, (target) => this.#lost(target, error))),
        onNote: (text) => progress.note(text),
      });
      return null;
    } catch (error) {
      if (!(error instanceof ScanFailure)) throw error;
      for (const [place, target] of open) {
        results[place] ??= unreadResult(target, error.message, this.#model);
      }
      return error.message;
    } finally {
      progress.stop();
      await Promise.allSettled(this.#writes);
      await rm(downloads, { recursive: true, force: true });
    }
  }

  async #lost(target: Target, problem: string): Promise<ScanResult> {
    // A run that is being stopped breaks transfers off: that says nothing of the medium.
    if (!this.#options.signal.aborted) await this.#options.report?.lose(target, problem);
    return unreadResult(target, problem, this.#model);
  }
}

function startLine(files: number, jobs: number, detector: DetectorDescription): string {
  const warning = detector.trained
    ? ""
    : " This student was never trained: its levels mean nothing.";
  const where = `${detector.backend}, ${counted(Math.min(jobs, files), "worker")}`;
  return `Scanning ${counted(files, "file")} with ${detector.model} (${where}).${warning}`;
}

/**
 * Scans files through the extension's scan page in a browser without a window. The files' bytes
 * never pass through here: the browser opens them itself. Where the browser dies, a new one goes on,
 * and what it died on is tried once more by itself.
 */
import { access, constants } from "node:fs/promises";
import type { Locator, Page } from "playwright-core";
import { type BridgeMessage, bridgeName, momentsName } from "../entrypoints/scan/bridge";
import type { Scanned } from "../entrypoints/scan/scanner";
import type { BackendName } from "../model/backend/backend";
import type { DetectorDescription } from "../model/detector/types";
import { launchBrowser as launchRealBrowser } from "./browser";

export interface ScanBrowserOptions {
  extensionDir: string;
  /**
   * Absolute paths; for a medium that has to be fetched first, what fetches it and gives its path, or
   * rejects with the reason why it cannot be had. Called again after a browser has died.
   */
  paths: (string | (() => Promise<string>))[];
  jobs: number;
  backend: BackendName | undefined;
  /** Gathers what a report holds, not scores alone. */
  evidence?: boolean;
  /** With evidence: moments of a video, seconds, that alone are looked at, by its place in `paths`. */
  momentsOf?(index: number): readonly number[] | undefined;
  signal: AbortSignal;
  /** Once for each browser that came up. */
  onReady(description: DetectorDescription): void;
  /** A file's answer, by its place in `paths`; in the order in which they finish. */
  onScanned(index: number, scanned: Scanned): void;
  /** The browser cannot be made to read this file. */
  onLost(index: number, error: string): void;
  /** Something a person may want to know while waiting. */
  onNote(text: string): void;
  /** Tests open a browser that they can make fall over. */
  launchBrowser?: typeof launchRealBrowser;
}

/** The detector, or the browser, cannot work at all. */
export class ScanFailure extends Error {
  override name = "ScanFailure";
}

/** The browser or its page is gone, or has not been heard of for too long. */
class BrowserLost extends Error {
  override name = "BrowserLost";
}

/** Far above every deadline inside the extension: only a browser that hangs is silent so long. */
const silenceMs = 240_000;

/** Files that wait inside the browser for each worker, so that none is ever idle. */
const aheadPerJob = 4;

/** Browsers in a row that may come to nothing before we give up. */
const mostIdleRounds = 2;

/** @throws ScanFailure; files that were not answered by then have no answer. */
export async function scanInBrowser(options: ScanBrowserOptions): Promise<void> {
  let waiting = options.paths.map((_, index) => index);
  /** In work when a browser died: any of them may have been the reason. */
  const suspects = new Set<number>();
  let idleRounds = 0;
  while (waiting.length > 0 && !options.signal.aborted) {
    const alone = waiting.find((index) => suspects.has(index));
    const round = new Round(options, alone === undefined ? waiting : [alone]);
    try {
      await round.run();
    } catch (error) {
      if (!(error instanceof BrowserLost)) throw error;
      if (options.signal.aborted) break;
      const idle = round.answered.size === 0 && round.inWork.size === 0;
      idleRounds = idle ? idleRounds + 1 : 0;
      if (idleRounds >= mostIdleRounds) {
        throw new ScanFailure(`The browser does not work. ${error.message}`);
      }
      options.onNote(`${error.message} Starting it again.`);
    }
    for (const index of round.inWork) {
      if (index === alone) {
        options.onLost(index, "the browser stopped twice while reading this file");
        round.answered.add(index);
      } else suspects.add(index);
    }
    waiting = waiting.filter((index) => !round.answered.has(index));
  }
}

/** One browser, from its start to its end. */
class Round {
  /** Answered, by place in the run's paths. */
  readonly answered = new Set<number>();
  /** Begun and not answered. */
  readonly inWork = new Set<number>();

  readonly #options: ScanBrowserOptions;
  readonly #indices: number[];
  /** How many of `#indices` were handed to the page, or had gone. */
  #handed = 0;
  /** Those the page has, by their id there. */
  readonly #byId: number[] = [];
  #lastHeard = Date.now();
  #wake: () => void = () => undefined;
  #failure: Error | null = null;

  constructor(options: ScanBrowserOptions, indices: number[]) {
    this.#options = options;
    this.#indices = indices;
  }

  async run(): Promise<void> {
    const { extensionDir, jobs, backend, evidence, signal } = this.#options;
    const launchBrowser = this.#options.launchBrowser ?? launchRealBrowser;
    const workers = Math.min(jobs, this.#indices.length);
    const browser = await launchBrowser({ extensionDir, graphics: "any" }).catch((error) => {
      throw new BrowserLost(`The browser did not start: ${(error as Error).message}`);
    });
    const stop = () => this.#end(new BrowserLost("The run was stopped."));
    signal.addEventListener("abort", stop);
    if (signal.aborted) stop();
    const watch = setInterval(() => this.#checkSilence(), 5_000);
    try {
      const page = await browser.context.newPage();
      const lost = () => this.#end(new BrowserLost("The browser stopped."));
      page.on("crash", lost).on("close", lost);
      browser.context.on("close", lost);
      await page.exposeFunction(bridgeName, (message: BridgeMessage) => this.#hear(message));
      const query = new URLSearchParams({
        workers: `${workers}`,
        ...(backend && { backend }),
        ...(evidence && { evidence: "" }),
      });
      await page.goto(browser.extensionUrl(`scan.html?${query}`));
      const field = page.locator("#files");
      while (!this.#failure && this.answered.size < this.#indices.length) {
        const ahead = this.#handed - this.answered.size;
        const room = workers * aheadPerJob - ahead;
        // Handing over in bunches: each costs a few round trips.
        if (this.#handed < this.#indices.length && room >= workers) {
          await this.#hand(page, field, this.#indices.slice(this.#handed, this.#handed + room));
        } else {
          await new Promise<void>((wake) => {
            this.#wake = wake;
          });
        }
      }
    } catch (error) {
      // Whatever Playwright was doing when the browser went away fails in its own words.
      if (!this.#failure) throw new BrowserLost((error as Error).message);
    } finally {
      clearInterval(watch);
      signal.removeEventListener("abort", stop);
      await browser.close().catch(() => undefined);
    }
    if (this.#failure) throw this.#failure;
  }

  /** Playwright refuses a whole bunch for one file that has gone in the meantime. */
  async #hand(page: Page, field: Locator, bunch: number[]): Promise<void> {
    this.#handed += bunch.length;
    const found = await Promise.all(
      bunch.map((index) => readablePath(this.#options.paths[index] ?? "")),
    );
    // Fetching may have taken long, and the page had nothing to say meanwhile.
    this.#lastHeard = Date.now();
    const paths: string[] = [];
    const moments: Record<number, readonly number[]> = {};
    for (const [i, index] of bunch.entries()) {
      const { path, problem } = found[i] ?? {};
      if (path !== undefined) {
        const asked = this.#options.momentsOf?.(index);
        if (asked) moments[this.#byId.length] = asked;
        this.#byId.push(index);
        paths.push(path);
      } else {
        this.answered.add(index);
        this.#options.onLost(index, problem ?? "the file is no longer there");
      }
    }
    if (paths.length === 0) return;
    if (this.#options.momentsOf) {
      const leave = ([name, asked]: [string, typeof moments]) =>
        Object.assign(globalThis, { [name]: asked });
      await page.evaluate(leave, [momentsName, moments] as [string, typeof moments]);
    }
    await field.setInputFiles(paths);
  }

  #hear(message: BridgeMessage): void {
    this.#lastHeard = Date.now();
    if (message.type === "failed") return this.#end(new ScanFailure(message.message));
    if (message.type === "ready") {
      this.#options.onReady(message.description);
      return;
    }
    const index = this.#byId[message.id];
    // A frame only says that the browser is alive.
    if (index === undefined || message.type === "frame") return;
    if (message.type === "started") {
      this.inWork.add(index);
      return;
    }
    this.inWork.delete(index);
    this.answered.add(index);
    this.#options.onScanned(index, message.scanned);
    this.#wake();
  }

  #checkSilence(): void {
    if (Date.now() - this.#lastHeard > silenceMs) {
      this.#end(new BrowserLost("The browser has not answered for four minutes."));
    }
  }

  #end(failure: Error): void {
    // Closing the browser ourselves, at the end, is no failure.
    if (this.answered.size === this.#indices.length) return;
    this.#failure ??= failure;
    this.#wake();
  }
}

async function readablePath(
  given: string | (() => Promise<string>),
): Promise<{ path?: string; problem?: string }> {
  if (typeof given !== "string") {
    return given().then(
      (path) => ({ path }),
      (error: unknown) => ({ problem: (error as Error).message }),
    );
  }
  return access(given, constants.R_OK).then(
    () => ({ path: given }),
    () => ({ problem: "the file is no longer there" }),
  );
}

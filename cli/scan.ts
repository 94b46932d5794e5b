/** `npm run scan -- [--json] PATH…`: the extension's own detector over local files and folders. */
import { availableParallelism } from "node:os";
import { counted } from "../components/words";
import type { DetectorDescription } from "../model/detector/types";
import { ensureExtension } from "./build-extension";
import { type FoundFile, findMedia } from "./find-media";
import { showProgress } from "./progress";
import { ScanFailure, scanInBrowser } from "./scan-browser";
import { parseScanOptions, type ScanOptions, scanUsage, UsageError } from "./scan-options";
import { resultOf, type ScanResult, unreadResult } from "./scan-result";
import { scanTable, summary } from "./scan-table";
import { stopOnSignal } from "./stop-on-signal";

/** Each worker holds its own models and pictures, a few hundred megabytes. */
const mostJobsUnasked = 12;

// Whoever reads our output may have seen enough (`| head`).
process.stdout.on("error", () => process.exit(0));

const say = (text: string) => process.stderr.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  let options: ScanOptions;
  try {
    options = parseScanOptions(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}\n\n${scanUsage}`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(scanUsage);
    return 0;
  }
  return scan(options);
}

async function scan(options: ScanOptions): Promise<number> {
  // npm runs scripts in the project's folder and says here where the person was.
  const base = process.env.INIT_CWD ?? process.cwd();
  const { files, skipped } = await findMedia(options.paths, base);
  const signal = stopOnSignal();
  const started = Date.now();
  const { results, failure } = await scanFiles(files, options, signal);

  print(results, options.json);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`${summary(results, skipped)} ${seconds} s.`);
  if (failure) {
    say(`The scan failed: ${failure}`);
    return 1;
  }
  if (!signal.aborted) return 0;
  say(`Stopped: ${counted(files.length - results.length, "file")} not scanned.`);
  return 130;
}

/** Results in the order of `files`; those that a stopped run has not come to are left out. */
async function scanFiles(files: FoundFile[], options: ScanOptions, signal: AbortSignal) {
  const results = files.map((file) => (file.error ? unreadResult(file, file.error, null) : null));
  const readable = [...files.entries()].filter(([, { error }]) => error === undefined);
  const failure =
    readable.length > 0 ? await scanReadable(readable, results, options, signal) : null;
  return { results: results.filter((result) => result !== null), failure };
}

/**
 * Puts the results of `readable` into their places.
 *
 * @returns why the scanner itself failed, or null. Every file has a result then all the same: a
 *   script need not guess which are missing.
 */
async function scanReadable(
  readable: [place: number, file: FoundFile][],
  results: (ScanResult | null)[],
  options: ScanOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const jobs = options.jobs ?? Math.min(availableParallelism(), mostJobsUnasked);
  const extensionDir = await ensureExtension(say);
  const progress = showProgress(readable.length);
  let model: string | null = null;
  let done = 0;
  const answer = (index: number, resultFor: (file: FoundFile) => ScanResult) => {
    const [place, file] = readable[index] ?? [];
    if (place === undefined || file === undefined) return;
    results[place] = resultFor(file);
    progress.step(++done);
  };
  try {
    await scanInBrowser({
      extensionDir,
      paths: readable.map(([, { path }]) => path),
      jobs,
      backend: options.backend,
      signal,
      onReady: (description) => {
        if (model === null) progress.note(startLine(readable.length, jobs, description));
        model = description.model;
      },
      onScanned: (index, scanned) => answer(index, (file) => resultOf(file, scanned)),
      onLost: (index, error) => answer(index, (file) => unreadResult(file, error, model)),
      onNote: (text) => progress.note(text),
    });
    return null;
  } catch (error) {
    if (!(error instanceof ScanFailure)) throw error;
    for (const [place, file] of readable) {
      results[place] ??= unreadResult(file, error.message, model);
    }
    return error.message;
  } finally {
    progress.stop();
  }
}

function print(results: ScanResult[], json: boolean): void {
  if (json) {
    const lines = results.map((result) => JSON.stringify(result)).join(",\n");
    process.stdout.write(results.length > 0 ? `[\n${lines}\n]\n` : "[]\n");
  } else if (results.length > 0) {
    process.stdout.write(scanTable(results));
  }
}

function startLine(files: number, jobs: number, detector: DetectorDescription): string {
  const warning = detector.trained
    ? ""
    : " This student was never trained: its levels mean nothing.";
  const where = `${detector.backend}, ${counted(Math.min(jobs, files), "worker")}`;
  return `Scanning ${counted(files, "file")} with ${detector.model} (${where}).${warning}`;
}

/** `npm run scan -- [--json] PATH…`: the extension's own detector over local files and folders. */
import { availableParallelism } from "node:os";
import { counted } from "../components/words";
import type { DetectorDescription } from "../model/detector/types";
import { ensureExtension } from "./build-extension";
import { findMedia } from "./find-media";
import { showProgress } from "./progress";
import { ScanFailure, scanInBrowser } from "./scan-browser";
import { parseScanOptions, type ScanOptions, scanUsage, UsageError } from "./scan-options";
import { resultOf, type ScanResult, unreadResult } from "./scan-result";
import { scanTable, summary } from "./scan-table";

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
  const results = new Map<number, ScanResult>();
  files.forEach((found, index) => {
    if (found.error) results.set(index, unreadResult(found, found.error, null));
  });

  const readable = [...files.keys()].filter((index) => !results.has(index));
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  process.once("SIGTERM", () => stop.abort());
  const started = Date.now();
  let status = 0;
  let detector: DetectorDescription | null = null;
  if (readable.length > 0) {
    const progress = showProgress(readable.length);
    const jobs = options.jobs ?? Math.min(availableParallelism(), mostJobsUnasked);
    let done = 0;
    const answer = (place: number, make: (index: number) => ScanResult) => {
      const index = readable[place];
      if (index === undefined) return;
      results.set(index, make(index));
      progress.step(++done);
    };
    try {
      await scanInBrowser({
        extensionDir: await ensureExtension(say),
        paths: readable.map((index) => files[index]?.path ?? ""),
        jobs,
        backend: options.backend,
        signal: stop.signal,
        onReady: (description) => {
          if (!detector) progress.note(startLine(readable.length, jobs, description));
          detector = description;
        },
        onScanned: (place, scanned) =>
          answer(place, (index) => resultOf(files[index] as (typeof files)[number], scanned)),
        onLost: (place, error) =>
          answer(place, (index) =>
            unreadResult(files[index] as (typeof files)[number], error, detector?.model ?? null),
          ),
        onNote: (text) => progress.note(text),
      });
    } catch (error) {
      if (!(error instanceof ScanFailure)) throw error;
      progress.note(`The scan failed: ${error.message}`);
      status = 1;
      // An answer for every file all the same: a script need not guess which are missing.
      files.forEach((found, index) => {
        if (!results.has(index)) results.set(index, unreadResult(found, error.message, null));
      });
    } finally {
      progress.stop();
    }
  }

  const inOrder = [...files.keys()].flatMap((index) => results.get(index) ?? []);
  print(inOrder, options.json);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`${summary(inOrder, skipped)} ${seconds} s.`);
  if (stop.signal.aborted) {
    say(`Stopped: ${files.length - inOrder.length} were not scanned.`);
    return 130;
  }
  return status;
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

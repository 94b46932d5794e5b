/** `npm run scan`: the extension's own detector over local files, folders and listed addresses. */
import { availableParallelism } from "node:os";
import { basename, join, resolve } from "node:path";
import { counted } from "../components/words";
import { ensureExtension } from "./build-extension";
import { ReportRun } from "./report-run";
import { JournalError } from "./scan-journal";
import { parseScanOptions, type ScanOptions, scanUsage, UsageError } from "./scan-options";
import { reportFiles } from "./scan-report";
import type { ScanResult } from "./scan-result";
import { ScanRun } from "./scan-run";
import { scanTable, summary } from "./scan-table";
import { findTargets } from "./scan-target";
import { stopOnSignal } from "./stop-on-signal";
import { verifyReport } from "./verify";

/** Each worker holds its own models and pictures, a few hundred megabytes. */
const mostJobsUnasked = 12;

// Whoever reads our output may have seen enough (`| head`).
process.stdout.on("error", () => process.exit(0));

const say = (text: string) => process.stderr.write(`${text}\n`);

process.exitCode = await main(process.argv.slice(2));

async function main(argv: string[]): Promise<number> {
  try {
    const options = parseScanOptions(argv);
    if (options.help) {
      process.stdout.write(scanUsage);
      return 0;
    }
    // npm runs scripts in the project's folder and says here where the person was.
    const base = process.env.INIT_CWD ?? process.cwd();
    if (options.verify !== undefined) {
      const { paths, json, verify, backend } = options;
      const jobs = jobsOf(options);
      return await verifyReport({ paths, json, backend, jobs, report: verify, base, say });
    }
    return await scan(options, base);
  } catch (error) {
    if (error instanceof JournalError) {
      say(error.message);
      return 2;
    }
    if (!(error instanceof UsageError)) throw error;
    say(`${error.message}\n\n${scanUsage}`);
    return 2;
  }
}

function jobsOf({ jobs }: ScanOptions): number {
  return jobs ?? Math.min(availableParallelism(), mostJobsUnasked);
}

async function scan(options: ScanOptions, base: string): Promise<number> {
  const { targets, skipped } = await findTargets(options.paths, options.urls, base);
  const signal = stopOnSignal();
  const started = Date.now();
  const folder = options.report === undefined ? null : resolve(base, options.report);
  const extensionDir = targets.length > 0 || folder ? await ensureExtension(say) : "";
  const title = `Scan of ${titleOf(options)}`.slice(0, 200);
  const report =
    folder === null ? null : await ReportRun.open(folder, title, options.resume, extensionDir);
  const jobs = jobsOf(options);
  const run = new ScanRun({ ...options, jobs, extensionDir, report, signal, say });
  const { results, failure } = await run.run(targets);

  if (folder && report) {
    await report.finish(targets);
    say(`Report: ${reportFiles.map((name) => join(options.report ?? "", name)).join(", ")}`);
  }
  print(results, options.json);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  say(`${summary(results, skipped)} ${seconds} s.`);
  if (failure) {
    say(`The scan failed: ${failure}`);
    return 1;
  }
  if (!signal.aborted) return 0;
  const goOn = report ? " Add --resume to go on." : "";
  say(`Stopped: ${counted(targets.length - results.length, "file")} not scanned.${goOn}`);
  return 130;
}

function titleOf({ paths, urls }: ScanOptions): string {
  return [...paths, ...(urls === undefined ? [] : [urls])].map((path) => basename(path)).join(", ");
}

function print(results: ScanResult[], json: boolean): void {
  if (json) {
    const lines = results.map((result) => JSON.stringify(result)).join(",\n");
    process.stdout.write(results.length > 0 ? `[\n${lines}\n]\n` : "[]\n");
  } else if (results.length > 0) {
    process.stdout.write(scanTable(results));
  }
}

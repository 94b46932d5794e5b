/** The command line of `npm run scan`. */
import { parseArgs } from "node:util";
import { type BackendName, backendNames } from "../model/backend/backend";

export const scanUsage = `Usage: npm run scan -- [options] PATH…
       npm run scan -- --report DIR [--resume] [--urls FILE] [PATH…]
       npm run scan -- --verify REPORT.json PATH…

Looks for signs of manipulated faces in pictures and videos, and in folders of them.

Options:
  --json             print one JSON array and nothing else on standard output
  --report DIR       write report.html, report.json and report.csv into DIR, with all the evidence
                     (some times slower: provenance, and how stable each score is, are looked at)
  --resume           go on with the run that DIR holds: what is done is not done again, unless
                     the file has changed
  --urls FILE        scan the addresses in FILE too, one a line ("-" for standard input); lines that
                     begin with # are left out
  --allow-private    let --urls reach this machine and private networks
  --verify REPORT    compute hashes and scores of the files again, and compare them with a
                     report.json
  --backend NAME     auto (default: the fastest here), webgl, wasm or cpu
  --jobs N           files scanned at once (default: one for each processor core)
  --help             show this

The exit status is 0 when the run came to its end, whatever was found and even where files could
not be read (each of those says so); 1 when the scanner itself failed; 2 for a wrong command line.
With --verify, 0 says that every medium of the report has the same bytes and the same scores, 3 that
something differs, and 4 that nothing differs but not everything could be compared.
`;

export interface ScanOptions {
  paths: string[];
  json: boolean;
  /** Folder for a report. */
  report: string | undefined;
  resume: boolean;
  /** List of addresses; "-" is standard input. */
  urls: string | undefined;
  allowPrivate: boolean;
  /** Report to verify. */
  verify: string | undefined;
  /** Undefined: the fastest that works. */
  backend: BackendName | undefined;
  /** Undefined: one for each core. */
  jobs: number | undefined;
  help: boolean;
}

/** What was typed makes no sense; the message says why. */
export class UsageError extends Error {
  override name = "UsageError";
}

/** @throws UsageError */
export function parseScanOptions(argv: string[]): ScanOptions {
  const { values, positionals } = parse(argv);
  const { help = false, report, resume = false, urls, verify } = values;
  if (!help && positionals.length === 0 && urls === undefined) {
    throw new UsageError("Name at least one file or folder.");
  }
  if (resume && report === undefined) throw new UsageError("--resume goes with --report DIR.");
  if (verify !== undefined && (report ?? urls) !== undefined) {
    throw new UsageError("--verify goes with neither --report nor --urls.");
  }
  if (values["allow-private"] && urls === undefined) {
    throw new UsageError("--allow-private goes with --urls FILE.");
  }
  return {
    paths: positionals,
    json: values.json ?? false,
    report,
    resume,
    urls,
    allowPrivate: values["allow-private"] ?? false,
    verify,
    backend: parseBackend(values.backend ?? "auto"),
    jobs: values.jobs === undefined ? undefined : parseJobs(values.jobs),
    help,
  };
}

function parse(argv: string[]) {
  try {
    return parseArgs({
      args: argv,
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        report: { type: "string" },
        resume: { type: "boolean" },
        urls: { type: "string" },
        "allow-private": { type: "boolean" },
        verify: { type: "string" },
        backend: { type: "string" },
        jobs: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function parseBackend(name: string): BackendName | undefined {
  if (name === "auto") return undefined;
  const backend = backendNames.find((known) => known === name);
  if (!backend) throw new UsageError(`Unknown backend "${name}".`);
  return backend;
}

function parseJobs(text: string): number {
  const jobs = Number(text);
  if (!Number.isInteger(jobs) || jobs < 1 || jobs > 64) {
    throw new UsageError(`--jobs takes a whole number from 1 to 64, not "${text}".`);
  }
  return jobs;
}

/** The command line of `npm run scan`. */
import { parseArgs } from "node:util";
import { type BackendName, backendNames } from "../model/backend/backend";

export const scanUsage = `Usage: npm run scan -- [options] PATH…

Looks for signs of manipulated faces in pictures and videos, and in folders of them.

Options:
  --json             print one JSON array and nothing else on standard output
  --backend NAME     auto (default: the fastest here), webgl, wasm or cpu
  --jobs N           files scanned at once (default: one for each processor core)
  --help             show this

The exit status is 0 when the run came to its end, whatever was found and even where files could
not be read (each of those says so); 1 when the scanner itself failed; 2 for a wrong command line.
`;

export interface ScanOptions {
  paths: string[];
  json: boolean;
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
  const help = values.help ?? false;
  if (!help && positionals.length === 0) throw new UsageError("Name at least one file or folder.");
  return {
    paths: positionals,
    json: values.json ?? false,
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

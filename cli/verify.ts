/**
 * `npm run scan -- --verify REPORT.json FILE…`: is it the same medium, and does it score the same?
 * Hashes and scores are computed again, by the code that made the report.
 */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { mediumOf } from "../entrypoints/shared/cases/brief";
import type { CaseItem, Evidence } from "../entrypoints/shared/evidence/evidence";
import { parseReport, ReportError } from "../entrypoints/shared/report/report";
import type { BackendName } from "../model/backend/backend";
import { ensureExtension } from "./build-extension";
import { type FoundFile, findMedia } from "./find-media";
import { studentOf } from "./report-run";
import { ScanFailure, scanInBrowser } from "./scan-browser";
import { UsageError } from "./scan-options";
import { stopOnSignal } from "./stop-on-signal";
import { compareScores, type Difference, logitTolerance } from "./verify-scores";
import { type Verified, verifiedTable } from "./verify-table";

interface Options {
  /** Path of the report. */
  report: string;
  paths: string[];
  /** Folder that relative paths start from. */
  base: string;
  json: boolean;
  backend: BackendName | undefined;
  jobs: number;
  say(text: string): void;
}

const exitSame = 0;
const exitFailed = 1;
const exitDiffers = 3;
const exitIncomplete = 4;

interface Hashed extends FoundFile {
  sha256: string | null;
}

/** @returns the exit status. @throws UsageError where the report cannot be read. */
export async function verifyReport(options: Options): Promise<number> {
  const items = (await itemsOf(resolve(options.base, options.report))).map((item) => item.evidence);
  const { files } = await findMedia(options.paths, options.base);
  const hashed: Hashed[] = [];
  for (const file of files) {
    hashed.push({ ...file, sha256: file.error ? null : await hashOf(file.path) });
  }
  const pairs = pair(items, hashed);
  const extensionDir = await ensureExtension(options.say);
  const student = await studentOf(extensionDir);

  // By the report's own id: it may have looked at one file twice, at other moments.
  const again = new Map<string, Evidence>();
  const jobs = pairs.flatMap(({ isSame, file, evidence }) =>
    isSame && file ? [{ path: file.path, evidence }] : [],
  );
  const signal = stopOnSignal();
  try {
    if (jobs.length > 0) {
      await scanInBrowser({
        extensionDir,
        paths: jobs.map(({ path }) => path),
        momentsOf: (index) => momentsOf(jobs[index]?.evidence),
        jobs: options.jobs,
        backend: options.backend,
        evidence: true,
        signal,
        onReady: ({ model, backend }) =>
          options.say(`Scoring ${jobs.length} again with ${model} (${backend}).`),
        onScanned: (index, { evidence }) => {
          if (evidence) again.set(jobs[index]?.evidence.id ?? "", evidence);
        },
        onLost: () => undefined,
        onNote: options.say,
      });
    }
  } catch (error) {
    if (!(error instanceof ScanFailure)) throw error;
    options.say(`The scan failed: ${error.message}`);
    return exitFailed;
  }
  if (signal.aborted) return 130;

  const verified = pairs.map((one) => verifiedOf(one, again, student.cardSha256));
  const strangers = hashed.filter((file) => !pairs.some((one) => one.file === file));
  for (const { file } of strangers) options.say(`${file}: no medium of the report is this file.`);
  process.stdout.write(
    options.json ? `${JSON.stringify(verified, null, 1)}\n` : verifiedTable(verified),
  );
  options.say(
    `Scores count as the same within ${logitTolerance.picture} of the logit, those of videos within ${logitTolerance.video}, of single frames within ${logitTolerance.frame}. Now in use: ${student.model}, card ${student.cardSha256.slice(0, 12)}….`,
  );
  if (verified.some(({ outcome }) => outcome === "other-bytes" || outcome === "other-score")) {
    return exitDiffers;
  }
  return verified.every(({ outcome }) => outcome === "same") ? exitSame : exitIncomplete;
}

async function itemsOf(path: string): Promise<CaseItem[]> {
  try {
    return parseReport(await readFile(path, "utf8")).cases.flatMap(({ items }) => items);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (!(error instanceof ReportError) && code === undefined) throw error;
    throw new UsageError(`The report ${path} cannot be read. ${(error as Error).message}`);
  }
}

interface Pair {
  evidence: Evidence;
  file: Hashed | null;
  isSame: boolean;
}

/**
 * Media and the files given for them: by their bytes, else by their names. A single file that is
 * given for a single medium is meant for it, whatever it is called.
 */
function pair(items: Evidence[], files: Hashed[]): Pair[] {
  const byHash = new Map(files.flatMap((file) => (file.sha256 ? [[file.sha256, file]] : [])));
  return items.map((evidence) => {
    const same = byHash.get(evidence.file?.sha256 ?? "");
    if (same) return { evidence, file: same, isSame: true };
    const { name } = mediumOf(evidence);
    const named = files.find(({ file }) => basename(file) === basename(name));
    const only = items.length === 1 && files.length === 1 ? files[0] : undefined;
    return { evidence, file: named ?? only ?? null, isSame: false };
  });
}

function verifiedOf(
  { evidence, file, isSame }: Pair,
  again: ReadonlyMap<string, Evidence>,
  cardSha256: string,
): Verified {
  const told = {
    id: evidence.id,
    medium: mediumOf(evidence).name,
    file: file?.file ?? null,
    sha256: { report: evidence.file?.sha256 ?? null, file: file?.sha256 ?? null },
    model: {
      report: evidence.detector.model,
      sameCard: evidence.detector.cardSha256 === cardSha256,
    },
    logit: { report: evidence.verdict.logit, now: null as number | null },
    differences: [] as Difference[],
  };
  if (!file) return { ...told, outcome: "no-file" };
  if (file.error) return { ...told, outcome: "unreadable" };
  if (!evidence.file) return { ...told, outcome: "not-comparable" };
  if (!isSame) return { ...told, outcome: "other-bytes" };
  const now = again.get(evidence.id);
  if (!now) return { ...told, outcome: "unreadable" };
  const scored = { ...told, logit: { report: evidence.verdict.logit, now: now.verdict.logit } };
  if (!told.model.sameCard) return { ...scored, outcome: "other-model" };
  const differences = compareScores(evidence.verdict, now.verdict);
  return { ...scored, differences, outcome: differences.length > 0 ? "other-score" : "same" };
}

/** The moments of a video that the report looked at. */
function momentsOf(evidence: Evidence | undefined): number[] | undefined {
  return evidence?.verdict.frames?.map(({ time }) => time ?? 0);
}

async function hashOf(path: string): Promise<string | null> {
  const hash = createHash("sha256");
  try {
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    return hash.digest("hex");
  } catch {
    return null;
  }
}

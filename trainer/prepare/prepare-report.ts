// What a run of `prepare` met: kept beside its shards, so that nothing leaves a data set silently,
// and true for the finished ones whenever the run is stopped.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { type Finding, PROBLEMS } from "../datasets/layouts/report";
import { ShardError } from "../shards/sample";
import type { UnitCounts, UnitFinding } from "./prepare-unit";

const Count = v.pipe(v.number(), v.integer(), v.minValue(0));
const Findings = v.object({ problem: v.picklist(PROBLEMS), file: v.string(), detail: v.string() });

const PrepareReport = v.object({
  format: v.literal("unmask-prepare-1"),
  /** Units that this machine has to do, and has done. */
  units: v.object({ all: Count, done: Count }),
  /** Pictures and frames decoded; crops written; crops with landmarks. */
  counts: v.object({ pictures: Count, faces: Count, landmarks: Count }),
  problems: v.record(v.string(), Count),
  findings: v.array(Findings),
});
export type PrepareReport = v.InferOutput<typeof PrepareReport>;

export const reportFile = (folder: string, prefix: string): string =>
  join(folder, `${prefix}.report.json`);

/** @throws ShardError naming the file, if it is not there or no report. */
export async function readReport(folder: string, prefix: string): Promise<PrepareReport> {
  const path = reportFile(folder, prefix);
  try {
    return v.parse(PrepareReport, JSON.parse(await readFile(path, "utf8")));
  } catch (error) {
    throw new ShardError(`${path}: ${(error as Error).message}`);
  }
}

/** Collects over units; what the reader of the data set found is known anew in every run. */
export class RunReport {
  private done: UnitFinding[] = [];
  private counts: UnitCounts = { pictures: 0, faces: 0, landmarks: 0 };
  private units = 0;

  constructor(
    private readonly allUnits: number,
    private readonly ofReader: readonly Finding[],
  ) {}

  /** Takes over what an earlier run reported of the units that are not done again. */
  goOnFrom(earlier: PrepareReport): void {
    const known = new Set(this.ofReader.map(nameOf));
    this.done = earlier.findings.filter((finding) => !known.has(nameOf(finding)));
    this.counts = { ...earlier.counts };
    this.units = earlier.units.done;
  }

  add(findings: readonly UnitFinding[], counts: UnitCounts): void {
    this.done.push(...findings);
    this.counts.pictures += counts.pictures;
    this.counts.faces += counts.faces;
    this.counts.landmarks += counts.landmarks;
    this.units++;
  }

  toJSON(): PrepareReport {
    const findings = [...this.ofReader, ...this.done];
    const problems: Record<string, number> = {};
    for (const { problem } of findings) problems[problem] = (problems[problem] ?? 0) + 1;
    return {
      format: "unmask-prepare-1",
      units: { all: this.allUnits, done: this.units },
      counts: { ...this.counts },
      problems,
      findings,
    };
  }
}

export async function writeReport(
  folder: string,
  prefix: string,
  report: PrepareReport,
): Promise<void> {
  const path = reportFile(folder, prefix);
  await writeFile(`${path}.tmp`, `${JSON.stringify(report, null, 2)}\n`);
  await rename(`${path}.tmp`, path);
}

const nameOf = ({ problem, file, detail }: Finding): string => [problem, file, detail].join("\n");

// What a reader met and did not, or not without doubt, hand on. Nothing leaves a data set silently.

/** Metadata that cannot be understood; the message begins with the file. */
export class DatasetError extends Error {
  override name = "DatasetError";
}

/**
 * - `missing`: listed in the metadata, not on disk.
 * - `unlisted`: on disk, not in the metadata; left out where the label is not known without it.
 * - `contradiction`: two statements about it cannot both be true; left out.
 * - `duplicate`: met before; only the first counts.
 * - `unknown-name`: a name that the layout does not have, so that identity or label cannot be told;
 *   left out.
 * - `unreadable`: damaged, or ends early; what came before the damage counts.
 * - `no-split-file`: the official split is not there; the records carry none.
 * - `set-aside`: shows somebody who is on another side of the split; left out.
 * - `no-face`, `too-small`: no face was found, or none large enough; left out.
 */
export const PROBLEMS = [
  "missing",
  "unlisted",
  "contradiction",
  "duplicate",
  "unknown-name",
  "unreadable",
  "no-split-file",
  "set-aside",
  "no-face",
  "too-small",
] as const;
export type Problem = (typeof PROBLEMS)[number];

export interface Finding {
  problem: Problem;
  /** Path from the root of the data set. */
  file: string;
  detail: string;
}

export class ReadReport {
  readonly findings: Finding[] = [];

  add(problem: Problem, file: string, detail: string): void {
    this.findings.push({ problem, file, detail });
  }

  /** How often each problem was met; those never met are left out. */
  counts(): Partial<Record<Problem, number>> {
    const counts: Partial<Record<Problem, number>> = {};
    for (const { problem } of this.findings) counts[problem] = (counts[problem] ?? 0) + 1;
    return counts;
  }

  filesWith(problem: Problem): string[] {
    return this.findings.filter((one) => one.problem === problem).map(({ file }) => file);
  }
}

/** What `--verify` prints: a line a medium, and how the scores differ where they do. */
import { printable, table } from "./scan-table";
import type { Difference } from "./verify-scores";

export type Outcome =
  | "same"
  | "other-score"
  | "other-bytes"
  | "other-model"
  | "no-file"
  | "not-comparable"
  | "unreadable";

/** One medium of the report; `--json` prints these. */
export interface Verified {
  /** Of its evidence. */
  id: string;
  /** Its name in the report. */
  medium: string;
  /** The file that was compared with it, as typed; null where none was given. */
  file: string | null;
  outcome: Outcome;
  sha256: { report: string | null; file: string | null };
  /** `sameCard` is false where another model is in use now. */
  model: { report: string; sameCard: boolean };
  logit: { report: number | null; now: number | null };
  differences: Difference[];
}

const words: Record<Outcome, string> = {
  same: "Same bytes, same scores",
  "other-score": "Same bytes, OTHER SCORES",
  "other-bytes": "OTHER BYTES",
  "other-model": "Same bytes; another model, so scores are not compared",
  "no-file": "No file was given for it",
  "not-comparable": "Cannot be compared: the report has no file of it",
  unreadable: "The file cannot be read",
};

const most = 5;

export function verifiedTable(verified: readonly Verified[]): string {
  const figure = (logit: number | null) => logit?.toFixed(3) ?? "–";
  const rows = verified.map(({ medium, file, outcome, logit }) => [
    words[outcome],
    figure(logit.report),
    figure(logit.now),
    printable(file && file !== medium ? `${medium} (${file})` : medium),
  ]);
  const details = verified.flatMap(({ medium, differences }) => [
    ...differences
      .slice(0, most)
      .map(
        (one) =>
          `  ${printable(medium)}, ${one.where}: ${figure(one.report)} in the report, ${figure(one.now)} now\n`,
      ),
    ...(differences.length > most ? [`  and ${differences.length - most} more\n`] : []),
  ]);
  return table([["Result", "Logit", "Now", "Medium"], ...rows]) + details.join("");
}

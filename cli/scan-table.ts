/** What `scan` prints for people: a line for each file, and what it came to. */
import { counted, title } from "../components/words";
import type { ScanResult } from "./scan-result";

/** Strongest first, then abstentions; files in their order within each. */
const order = ["strong", "suspicious", "unsure", "no-sign"];

export function scanTable(results: ScanResult[]): string {
  const rank = ({ level }: ScanResult) => (level ? order.indexOf(level) : order.length);
  const sorted = results.toSorted((a, b) => rank(a) - rank(b));
  const rows = sorted.map((result) => [
    title(result),
    result.score === null ? "" : result.score.toFixed(2),
    seen(result),
    printable(result.error ? `${result.file}: ${result.error}` : result.file),
  ]);
  return table([["Result", "Score", "Looked at", "File"], ...rows]);
}

/** A file's name may hold codes that a terminal would obey. */
export const printable = (text: string) => text.replace(/\p{Cc}/gu, "�");

function seen({ kind, faces, frames, reason }: ScanResult): string {
  if (reason === "unreadable") return "";
  const people = counted(faces.length, "face");
  return kind === "video" ? `${counted(frames?.length ?? 0, "frame")}, ${people}` : people;
}

/** Columns as wide as their widest cell; the last one is left ragged. */
export function table(rows: string[][]): string {
  const widths = rows[0]?.map((_, column) =>
    rows.reduce((widest, row) => Math.max(widest, row[column]?.length ?? 0), 0),
  );
  const line = (row: string[]) =>
    row
      .map((cell, column) =>
        column === row.length - 1 ? cell : cell.padEnd(widths?.[column] ?? 0),
      )
      .join("  ");
  return `${rows.map(line).join("\n")}\n`;
}

/** `12 files: 1 strong signs of manipulation, …` */
export function summary(results: ScanResult[], skipped: number): string {
  const counts = new Map<string, number>();
  for (const result of results) {
    const words = title(result).toLowerCase();
    counts.set(words, (counts.get(words) ?? 0) + 1);
  }
  const parts = [...counts].map(([words, count]) => `${count} × ${words}`);
  const others = skipped > 0 ? `; ${counted(skipped, "other file")} left out` : "";
  return `${counted(results.length, "file")}${parts.length > 0 ? `: ${parts.join(", ")}` : ""}${others}.`;
}

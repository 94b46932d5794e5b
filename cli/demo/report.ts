/** What the extension said of each medium of the demo page, beside what is known of it. */
import { counted, title } from "../../components/words";
import type { MediaReport } from "../../entrypoints/shared/messages";
import { isFlagged } from "../../model/verdict/verdict";
import { table } from "../scan-table";
import type { DemoMedium } from "./media";

export interface DemoRow {
  medium: DemoMedium;
  /** The extension's own record; undefined where it never listed the medium. */
  report: MediaReport | undefined;
}

/** The table, and under it in words how often the extension was right, with every miss named. */
export function demoReport(rows: DemoRow[]): string {
  const lines = rows.map(({ medium, report }) => [
    medium.file,
    medium.altered ?? "Unaltered",
    report ? words(report) : "Not seen by the extension",
    report?.score == null ? "" : report.score.toFixed(2),
    report ? lookedAt(report) : "",
    report && isFlagged(report.level) ? "flagged" : "–",
  ]);
  const head = ["Medium", "What it is", "What the extension says", "Score", "Looked at", "Flag"];
  return `${table([head, ...lines])}\n${tally(rows)}`;
}

function words(report: MediaReport): string {
  if (report.level === null && report.reason === null) return "Not finished";
  const detail = report.level === null && report.detail ? ` (${report.detail})` : "";
  return title(report) + detail;
}

function lookedAt({ kind, faces, frames }: MediaReport): string {
  const people = counted(faces, "face");
  return kind === "video" ? `${counted(frames ?? 0, "frame")}, ${people}` : people;
}

function tally(rows: DemoRow[]): string {
  const flagged = ({ report }: DemoRow) => report !== undefined && isFlagged(report.level);
  const altered = rows.filter(({ medium }) => medium.altered !== null);
  const ordinary = rows.filter(({ medium }) => medium.altered === null);
  const missed = altered.filter((row) => !flagged(row));
  const wrong = ordinary.filter(flagged);
  const names = (list: DemoRow[]) => list.map(({ medium }) => medium.file).join(", ");
  return [
    `${altered.length - missed.length} of ${altered.length} altered media were flagged.`,
    ...(missed.length > 0 ? [`Missed: ${names(missed)}.`] : []),
    `${wrong.length} of ${ordinary.length} unaltered media were flagged.`,
    ...(wrong.length > 0 ? [`Flagged without cause: ${names(wrong)}.`] : []),
    "",
  ].join("\n");
}

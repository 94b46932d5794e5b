// An evaluation as Markdown tables, for documents that must not be typed by hand.
import type { EvaluationReport } from "../stages/evaluate";
import type { Interval } from "./bootstrap";

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

function figure({ value, low, high }: Interval): string {
  if (!Number.isFinite(value)) return "–";
  const interval = Number.isFinite(low) ? ` (${low.toFixed(2)}–${high.toFixed(2)})` : "";
  return `${value.toFixed(3)}${interval}`;
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "–";
}

function percentWithInterval({ value, low, high }: Interval): string {
  const interval = Number.isFinite(low)
    ? ` (${(100 * low).toFixed(1)}–${(100 * high).toFixed(1)})`
    : "";
  return `${percent(value)}${interval}`;
}

/** Four tables: all together, fakes by source, sources with both labels, real sources. */
export function evaluationMarkdown(report: EvaluationReport): string {
  const { pooled, pictures, blends } = report;
  const sections = [
    `Split \`${report.split}\`, ${report.model.name} ${report.model.version}: ${pictures.real} real and ${pictures.fake} fake pictures. Intervals: 95 %, bootstrapped over groups; – where there are too few.`,
    table(
      ["All together", ""],
      [
        ["AUC", figure(pooled.auc)],
        [
          "fakes found at 1 % / 5 % false alarms",
          `${percent(pooled.tprAt1)} / ${percent(pooled.tprAt5)}`,
        ],
        ["real pictures at `suspicious` or above", percentWithInterval(pooled.falseAlarms)],
        ["fakes at `suspicious` or above", percentWithInterval(pooled.hits)],
        ["AUC of our own blends of its real pictures", blends.auc.toFixed(3)],
        ["AUC of the map's cells in those blends", blends.cellAuc.toFixed(3)],
      ],
    ),
    table(
      [
        "Fakes of",
        "made by",
        "pictures",
        "groups",
        "AUC against all reals",
        "`suspicious` or above",
      ],
      report.fakes.map((row) => [
        row.source,
        row.generator,
        String(row.pictures),
        String(row.groups),
        figure(row.auc),
        percentWithInterval(row.suspicious),
      ]),
    ),
  ];
  if (report.within.length > 0)
    sections.push(
      table(
        ["Within", "reals", "fakes", "groups", "AUC"],
        report.within.map((row) => [
          row.source,
          String(row.reals),
          String(row.fakes),
          String(row.groups),
          figure(row.auc),
        ]),
      ),
    );
  sections.push(
    table(
      [
        "Reals of",
        "pictures",
        "groups",
        "mean logit",
        "`unsure`+",
        "`suspicious`+",
        "`strong`",
        "not scored",
      ],
      report.reals.map((row) => [
        row.source,
        String(row.pictures),
        String(row.groups),
        row.meanLogit.toFixed(2),
        percent(row.unsure),
        percentWithInterval(row.suspicious),
        percent(row.strong),
        percent(row.abstained),
      ]),
    ),
  );
  return `${sections.join("\n\n")}\n`;
}

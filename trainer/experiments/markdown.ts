// The table as Markdown.

import { table } from "../evaluation/markdown";
import { ALIASES } from "./arms";
import { FALSE_ALARM_RATE } from "./figures";
import { percent } from "./plan";
import type { ArmRow, ContrastRow, LeftOutRow, Side, TableReport } from "./report";
import type { Difference, Summary } from "./spread";

/** Where there is nothing to say. */
export const NONE = "–";

export function reportMarkdown(report: TableReport): string {
  const sections = [
    "Mean ± standard deviation over seeds (n seeds). Every seed has its own held-out groups, labels, batches and order; arms of one seed share them.",
    ...sideSections(report.heldOut, "For choices"),
    ...(report.final ? sideSections(report.final, "Final") : []),
    ...leftOutSections(report.leftOut),
  ];
  if (report.missing.length > 0)
    sections.push(`### Missing\n\n${report.missing.map((name) => `- ${name}`).join("\n")}`);
  if (report.omitted.length > 0)
    sections.push(`### Not measurable\n\n${report.omitted.map((name) => `- ${name}`).join("\n")}`);
  return `${sections.join("\n\n")}\n`;
}

function sideSections({ measuredOn, arms, contrasts }: Side, purpose: string): string[] {
  if (arms.length === 0) return [];
  const generators = keysOf(arms, (row) => row.generators);
  const sources = keysOf(arms, (row) => row.falseAlarmsBySource);
  const lead = (row: ArmRow) => [`\`${row.arm}\``, percent(row.fraction)];
  return [
    `### ${purpose}: \`${measuredOn}\``,
    `“Found” and “false alarms” are shares at the threshold that ${percent(FALSE_ALARM_RATE)} of the held-out real faces reach. ${aliasNote(arms)}`.trim(),
    table(
      ["Arm", "", "labels", "AUC", "mean AUC of generators", "found", "false alarms", "n"],
      arms.map((row) => [
        `\`${row.arm}\``,
        row.says,
        percent(row.fraction),
        figure(row.auc),
        figure(row.generatorMean),
        share(row.found),
        share(row.falseAlarms),
        row.auc.n < row.seeds ? `${row.auc.n} of ${row.seeds}` : String(row.auc.n),
      ]),
    ),
    "AUC of each generator against real faces of the same medium:",
    table(
      ["Arm", "labels", ...generators],
      arms.map((row) => [...lead(row), ...generators.map((key) => figure(row.generators[key]))]),
    ),
    "False alarms by source of real faces:",
    table(
      ["Arm", "labels", ...sources],
      arms.map((row) => [
        ...lead(row),
        ...sources.map((key) => share(row.falseAlarmsBySource[key])),
      ]),
    ),
    ...(contrasts.length > 0 ? [contrastTable(contrasts)] : []),
  ];
}

function contrastTable(contrasts: readonly ContrastRow[]): string {
  const rows = table(
    ["Arm", "minus", "labels", "AUC", "mean AUC of generators"],
    contrasts.map(({ arm, against, fraction, auc, generatorMean }) => [
      `\`${arm}\``,
      `\`${against}\``,
      percent(fraction),
      difference(auc),
      difference(generatorMean),
    ]),
  );
  return `Differences seed by seed (in how many seeds the first is better):\n\n${rows}`;
}

function leftOutSections(rows: readonly LeftOutRow[]): string[] {
  return (["generator", "source"] as const).flatMap((by) => {
    const own = rows.filter((row) => row.by === by);
    const [first] = own;
    if (!first) return [];
    return [
      `### Trained without one ${by}: \`${first.arm}\`, ${percent(first.fraction)} of labels`,
      table(
        [
          "Never seen",
          "pictures (groups)",
          "AUC, same medium",
          "AUC, all reals",
          "found",
          "when trained on",
          "difference",
          "false alarms on its reals",
          "n",
        ],
        own.map((row) => [
          row.value,
          row.pictures > 0 ? `${row.pictures} (${row.groups})` : NONE,
          figure(row.sameMedium),
          figure(row.allReals),
          share(row.found),
          figure(row.whenTrainedOn),
          difference(row.difference),
          share(row.falseAlarms),
          row.allReals.n < row.seeds ? `${row.allReals.n} of ${row.seeds}` : String(row.seeds),
        ]),
      ),
    ];
  });
}

/** Ablations under their other name. */
function aliasNote(arms: readonly ArmRow[]): string {
  const names = new Set(arms.map(({ arm }) => arm));
  return Object.entries(ALIASES)
    .filter(([, arm]) => names.has(arm))
    .map(([alias, arm]) => `\`${alias}\` is \`${arm}\`.`)
    .join(" ");
}

function figure(summary: Summary | undefined): string {
  if (!summary || summary.n === 0) return NONE;
  return summary.mean.toFixed(3) + spread(summary.sd.toFixed(3), summary);
}

function share(summary: Summary | undefined): string {
  if (!summary || summary.n === 0) return NONE;
  return `${(100 * summary.mean).toFixed(1)}${spread((100 * summary.sd).toFixed(1), summary)} %`;
}

function difference(of: Difference): string {
  if (of.n === 0) return NONE;
  const sign = of.mean < 0 ? "−" : "+";
  const mean = Math.abs(of.mean).toFixed(3);
  return `${sign}${mean}${spread(of.sd.toFixed(3), of)} (${of.better} of ${of.n})`;
}

function spread(sd: string, { n }: Summary): string {
  return n > 1 ? ` ± ${sd}` : "";
}

function keysOf(rows: readonly ArmRow[], of: (row: ArmRow) => Record<string, Summary>): string[] {
  return [...new Set(rows.flatMap((row) => Object.keys(of(row))))].sort();
}

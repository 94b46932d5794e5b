// An evaluation as Markdown tables, for documents that must not be typed by hand.
import type { Interval } from "./bootstrap";
import type { AlarmFigures, FakeFigures } from "./figures";
import type { EvaluationReport } from "./report";

/** Under so many groups a percentile interval is too narrow to be trusted, and is marked. */
export const FEW_GROUPS = 8;

type Format = (value: number) => string;

const figure: Format = (value) => value.toFixed(3);
const bound: Format = (value) => value.toFixed(2);
const percent: Format = (value) => `${(100 * value).toFixed(1)} %`;
const percentBound: Format = (value) => (100 * value).toFixed(1);

export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** A dash for what does not exist. */
export function plain(value: number, format: Format): string {
  return Number.isFinite(value) ? format(value) : "–";
}

/** `0.707 (0.64–0.79)`; the interval left out where there is none. */
function withInterval({ value, low, high }: Interval, format: Format, ofBound: Format): string {
  const hasInterval = Number.isFinite(low) && Number.isFinite(high);
  return `${plain(value, format)}${hasInterval ? ` (${ofBound(low)}–${ofBound(high)})` : ""}`;
}

export const number = (interval: Interval) => withInterval(interval, figure, bound);
const share = (interval: Interval) => withInterval(interval, percent, percentBound);

/** Differences carry their sign, bounds too, so `to` stands between them. */
function difference({ value, low, high }: Interval): string {
  const signed: Format = (x) => `${x < 0 ? "−" : ""}${Math.abs(x).toFixed(3)}`;
  const hasInterval = Number.isFinite(low) && Number.isFinite(high);
  return `${plain(value, signed)}${hasInterval ? ` (${signed(low)} to ${signed(high)})` : ""}`;
}

/** The whole report: what it rests on, then one section a question. */
export function evaluationMarkdown(report: EvaluationReport): string {
  const sections = [
    summary(report),
    "**All together**, picture by picture",
    together(report),
    ...(report.videos ? ["**Videos**", videos(report.videos)] : []),
    ...fakes("Fakes by source", "made by", report.fakesBySource),
    ...fakes("Fakes by generator", "sources", report.fakesByGenerator),
    ...within(report),
    ...reals(
      "by source",
      report.realsBySource.map(({ source, ...row }) => ({ name: source, ...row })),
    ),
    ...reals(
      "by kind",
      report.realsByKind.map(({ kind, ...row }) => ({ name: kind, ...row })),
    ),
    ...robustness(report),
    ...explanation(report),
    ...surroundings(report),
    ...broken(report),
  ];
  return `${sections.join("\n\n")}\n`;
}

function summary({ split, model, pictures, bootstrap }: EvaluationReport): string {
  return (
    `Split \`${split}\`, ${model.name} ${model.version}: ${pictures.real} real and ${pictures.fake} ` +
    `fake pictures of ${pictures.groups} groups. In brackets: 95 % intervals from ` +
    `${bootstrap.resamples} draws of whole groups (people, videos, pairs); ` +
    `\\* marks those from fewer than ${FEW_GROUPS} groups, which are too narrow; – stands for what ` +
    "cannot be measured here. AUC, average precision and error rates look at the logit alone; shares at a " +
    "level are what the extension would show, where a face too small or too blurred reaches none."
  );
}

function together({ frames, softness, pictures }: EvaluationReport): string {
  return table(
    ["", ""],
    [
      ["AUC", number(frames.auc)],
      ["the same between faces of like sharpness", number(softness.matched)],
      ["AUC of softness in the logit's place", number(softness.alone)],
      ["average precision", number(frames.averagePrecision)],
      ["equal error rate", share(frames.equalErrorRate)],
      ["fakes found at 1 % false alarms", share(frames.truePositiveRateAt1)],
      ["fakes found at 5 % false alarms", share(frames.truePositiveRateAt5)],
      ["real pictures at `suspicious` or above", share(frames.reals.suspicious)],
      ["fakes at `suspicious` or above", share(frames.fakes.suspicious)],
      ["real pictures not judged", share(frames.reals.abstained)],
      ["fakes not judged", share(frames.fakes.abstained)],
      [
        `calibration error of the score (15 bins; ${mixOf(pictures)} fakes)`,
        number(frames.calibrationError),
      ],
      ["Brier score", number(frames.brier)],
    ],
  );
}

function mixOf({ real, fake }: EvaluationReport["pictures"]): string {
  return percent(fake / (real + fake));
}

function videos(figures: NonNullable<EvaluationReport["videos"]>): string {
  const { mean, extension } = figures;
  return table(
    [
      `${figures.reals} real, ${figures.fakes} fake videos of ${figures.groups} groups; ${figures.frames} frames`,
      "",
    ],
    [
      ["AUC of the mean logit", starred(number(mean.auc), figures.groups)],
      ["average precision of the mean logit", number(mean.averagePrecision)],
      ["equal error rate of the mean logit", share(mean.equalErrorRate)],
      ["AUC of the extension's trimmed mean", number(extension.auc)],
      ["real videos at `suspicious` or above in the extension", share(extension.realsSuspicious)],
      ["fake videos at `suspicious` or above in the extension", share(extension.fakesSuspicious)],
      ["videos not judged", share(extension.abstained)],
    ],
  );
}

function fakes(title: string, other: string, figures: readonly FakeFigures[]): string[] {
  if (figures.length === 0) return [];
  return [
    `**${title}**, against all reals`,
    table(
      [
        "",
        other,
        "pictures",
        "groups",
        "AUC",
        "average precision",
        "equal error rate",
        "found at 5 % false alarms",
        "`suspicious`+",
        "not judged",
      ],
      figures.map((row) => [
        cell(row.name),
        cell(row.of.join(", ")),
        String(row.pictures),
        String(row.groups),
        starred(number(row.auc), row.groups),
        plain(row.averagePrecision.value, figure),
        plain(row.equalErrorRate.value, percent),
        plain(row.truePositiveRateAt5.value, percent),
        starred(share(row.levels.suspicious), row.groups),
        plain(row.levels.abstained.value, percent),
      ]),
    ),
  ];
}

function within({ within }: EvaluationReport): string[] {
  if (within.length === 0) return [];
  return [
    "**Within sources that have both labels**",
    table(
      ["", "reals", "fakes", "groups", "AUC", "AUC at like sharpness", "equal error rate"],
      within.map((row) => [
        cell(row.source),
        String(row.reals),
        String(row.fakes),
        String(row.groups),
        starred(number(row.auc), row.groups),
        starred(number(row.matchedAuc), row.groups),
        starred(share(row.equalErrorRate), row.groups),
      ]),
    ),
  ];
}

type AlarmRow = { name: string } & AlarmFigures;

function reals(by: string, rows: readonly AlarmRow[]): string[] {
  if (rows.length === 0) return [];
  return [
    `**False alarms on real pictures, ${by}**`,
    table(
      [
        "",
        "pictures",
        "groups",
        "mean logit",
        "`unsure`+",
        "`suspicious`+",
        "`strong`",
        "not judged",
      ],
      rows.map(({ name, pictures, groups, meanLogit, levels }) => [
        cell(name),
        String(pictures),
        String(groups),
        meanLogit.toFixed(2),
        starred(share(levels.unsure), groups),
        starred(share(levels.suspicious), groups),
        starred(share(levels.strong), groups),
        starred(share(levels.abstained), groups),
      ]),
    ),
  ];
}

function robustness({ robustness }: EvaluationReport): string[] {
  if (!robustness) return [];
  const { clean, conditions, leftOut } = robustness;
  const shares = (row: typeof clean) => [
    share(row.realsSuspicious),
    share(row.realsAbstained),
    share(row.fakesSuspicious),
  ];
  return [
    "**After what the web does to pictures** (boxes as found in the unchanged picture)",
    table(
      [
        "",
        "AUC",
        "AUC lost",
        "reals at `suspicious`+",
        "reals not judged",
        "fakes at `suspicious`+",
      ],
      [
        ["unchanged", number(clean.auc), "", ...shares(clean)],
        ...conditions.map((row) => [
          row.name,
          number(row.auc),
          difference(row.drop),
          ...shares(row),
        ]),
      ],
    ),
    ...leftOut.map(({ name, reason }) => `Left out: ${name}: ${reason}.`),
  ];
}

function explanation({ blends, mapCost }: EvaluationReport): string[] {
  const cost = [
    "time of one face for the logit alone / with the map",
    `${mapCost.logitMs.toFixed(1)} ms / ${mapCost.logitAndMapMs.toFixed(1)} ms`,
  ];
  if (!blends) return ["**The coarse map**", table(["", ""], [cost])];
  return [
    "**The coarse map**, on our own blends of the split's real pictures, whose masks are known",
    table(
      [`${blends.pairs} blends, ${blends.groups} groups`, ""],
      [
        ["AUC of blended against unblended faces", number(blends.auc)],
        ["AUC of the map's cells, replaced against untouched", number(blends.cellAuc)],
        ["AUC of the map's pixels within a blend, mean", number(blends.pixelAuc)],
        ["strongest cell inside the replaced part", share(blends.pointing)],
        ["the same by chance", percent(blends.pointingByChance)],
        cost,
      ],
    ),
  ];
}

function surroundings({ surroundings }: EvaluationReport): string[] {
  if (!surroundings) return [];
  const { faces, groups, auc, shift, suspicious } = surroundings;
  return [
    "**What stands around a face**: real photographs before the surroundings of other real ones, and before those of fakes",
    table(
      [`${faces} faces, ${groups} groups`, ""],
      [
        ["AUC of the one against the other (0.5: the surroundings say nothing)", number(auc)],
        ["what a fake's surroundings add to the logit, mean", difference(shift)],
        ["`suspicious` or above before a real one's", share(suspicious.beforeReal)],
        ["`suspicious` or above before a fake's", share(suspicious.beforeFake)],
      ],
    ),
  ];
}

function broken({ pictures }: EvaluationReport): string[] {
  if (pictures.broken.length === 0) return [];
  return [
    `**Left out**, as they could not be read: ${pictures.broken.length}`,
    pictures.broken.map(({ file, reason }) => `- ${cell(file)}: ${cell(reason)}`).join("\n"),
  ];
}

function starred(text: string, groups: number): string {
  return groups < FEW_GROUPS && text.includes("(") ? `${text}\\*` : text;
}

/** Names come from a manifest: they must not break the table, nor speak in it. */
function cell(text: string): string {
  return text.replace(/[\r\n]+/g, " ").replace(/[\\|`*_<>[\]]/g, "\\$&") || "–";
}

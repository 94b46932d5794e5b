// robustness.svg: one column a condition, families side by side; the AUC, and below it how many real
// pictures are flagged, and how many are not judged.
import type { Interval } from "../bootstrap";
import type { EvaluationReport } from "../report";
import { FAMILIES, type Family } from "../robustness/conditions";
import type { RobustnessFigure } from "../robustness/measure";
import { Panel, percentTick } from "./panel";
import { element, GRID, line, MUTED, PALETTE, polyline, svgDocument, text } from "./svg";

const [BLUE, ORANGE, GREEN] = PALETTE;
const LEFT = 66;
const RIGHT = 624;
const STRIP = { x: LEFT, width: RIGHT - LEFT };
/** Room between families, in columns. */
const FAMILY_GAP = 0.7;
/** A loss beyond this breaks the promise of issue and card. */
const ALLOWED_DROP = 0.03;

interface Column {
  figure: Pick<RobustnessFigure, "auc" | "realsSuspicious" | "realsAbstained">;
  label: string;
  at: number;
}

/** Null where the grid was not measured, or has no fakes or no reals. */
export function robustnessPlot(report: EvaluationReport): string | null {
  const { robustness, split, model } = report;
  if (!robustness || !Number.isFinite(robustness.clean.auc.value)) return null;
  const { clean, conditions } = robustness;

  let at = 0.5;
  const groups: { name: string; columns: Column[] }[] = [
    { name: "", columns: [{ figure: clean, label: "none", at }] },
  ];
  for (const family of FAMILIES) {
    const own = conditions.filter((condition) => condition.family === family);
    if (own.length === 0) continue;
    at += FAMILY_GAP;
    const columns = own.map((figure) => {
      at += 1;
      return { figure, label: labelOf(figure), at };
    });
    groups.push({ name: familyName(family), columns });
  }
  const all = groups.flatMap(({ columns }) => columns);
  const across = { from: 0, to: at + 0.5, ticks: [], label: "", format: String };

  const aucs = all.flatMap(({ figure }) => ends(figure.auc));
  const floor = Math.min(0.5, Math.floor(Math.min(...aucs) * 10) / 10);
  const aucPanel = new Panel({ ...STRIP, y: 50, height: 180 }, across, {
    from: floor,
    to: 1,
    ticks: steps(floor, 1, 0.1),
    label: "AUC",
    format: (value) => value.toFixed(1),
  });
  const flagged = all.flatMap(({ figure }) => ends(figure.realsSuspicious));
  const flaggedPanel = new Panel({ ...STRIP, y: 290, height: 86 }, across, {
    ...sharesUpTo(Math.max(0.02, ...flagged)),
    label: "reals flagged",
  });
  const abstained = all.flatMap(({ figure }) => ends(figure.realsAbstained));
  const abstainedPanel = new Panel({ ...STRIP, y: 400, height: 86 }, across, {
    ...sharesUpTo(Math.max(0.02, ...abstained)),
    label: "not judged",
  });
  const panels = [aucPanel, flaggedPanel, abstainedPanel];
  return svgDocument(
    546,
    `Robustness of ${model.name} ${model.version} on ${split}`,
    ...panels.map((panel) => panel.background()),
    ...separators(groups, panels),
    ...guide(aucPanel, clean.auc.value, all),
    ...groups.flatMap(({ columns }) => [
      ...series(aucPanel, columns, ({ auc }) => auc, BLUE),
      ...series(flaggedPanel, columns, ({ realsSuspicious }) => realsSuspicious, ORANGE),
      ...series(abstainedPanel, columns, ({ realsAbstained }) => realsAbstained, GREEN),
    ]),
    ...groups.flatMap(({ name, columns }) => names(name, columns, aucPanel)),
    ...caption(),
  );
}

/** An axis of shares with few round ticks. */
function sharesUpTo(most: number) {
  const step = [0.01, 0.02, 0.05, 0.1, 0.25].find((one) => most / one <= 4) ?? 0.25;
  const to = step * Math.ceil(most / step - 1e-9);
  return { from: 0, to, ticks: steps(0, to, step), format: percentTick };
}

const SCALED: Readonly<Record<string, string>> = { "0.5": "½", "0.75": "¾", "1.25": "1¼" };

function labelOf({ family, strength }: RobustnessFigure): string {
  const text = String(strength);
  return family === "rescaling" ? (SCALED[text] ?? text) : text;
}

function familyName(family: Family): string {
  const units: Partial<Record<Family, string>> = {
    JPEG: "JPEG quality",
    WebP: "WebP",
    "H.264": "H.264 QP",
    blur: "blur σ, px",
    noise: "noise σ",
  };
  return units[family] ?? family;
}

function ends({ value, low, high }: Interval): number[] {
  return [value, low, high].filter(Number.isFinite);
}

function steps(from: number, to: number, by: number): number[] {
  return Array.from({ length: Math.round((to - from) / by) + 1 }, (_, i) => from + i * by);
}

/** The unchanged AUC, and how far it may fall. */
function guide(panel: Panel, clean: number, columns: readonly Column[]): string[] {
  const [from, to] = [columns[0] as Column, columns.at(-1) as Column];
  const ends = [from.at - 0.5, to.at + 0.5] as const;
  const level = (value: number) =>
    [panel.point(ends[0], value), panel.point(ends[1], value)] as const;
  return [
    line(...level(clean), { stroke: BLUE, "stroke-opacity": 0.5 }),
    line(...level(clean - ALLOWED_DROP), {
      stroke: BLUE,
      "stroke-opacity": 0.5,
      "stroke-dasharray": "3 4",
    }),
  ];
}

/** Values with their intervals, joined within a family. */
function series(
  panel: Panel,
  columns: readonly Column[],
  of: (figure: Column["figure"]) => Interval,
  colour: string,
): string[] {
  const points = columns.map(({ figure, at }) => panel.point(at, of(figure).value));
  return [
    ...columns.flatMap(({ figure, at }) => {
      const { low, high } = of(figure);
      if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
      return [
        line(panel.point(at, low), panel.point(at, high), {
          stroke: colour,
          "stroke-width": 1.5,
          "stroke-opacity": 0.6,
        }),
      ];
    }),
    polyline(points, { stroke: colour, "stroke-width": 1.5 }),
    ...points.map(([cx, cy]) =>
      element("circle", { cx, cy, r: 3.5, fill: colour, stroke: "#ffffff", "stroke-width": 1 }),
    ),
  ];
}

function separators(
  groups: readonly { columns: readonly Column[] }[],
  panels: readonly Panel[],
): string[] {
  return groups.slice(1).flatMap(({ columns }) => {
    const at = (columns[0] as Column).at - 0.5 - FAMILY_GAP / 2;
    return panels.map((panel) => {
      const { y, height } = panel.area;
      return line([panel.x(at), y], [panel.x(at), y + height], { stroke: GRID });
    });
  });
}

/** Strengths under the upper panel, the family under them. */
function names(family: string, columns: readonly Column[], panel: Panel): string[] {
  const bottom = panel.area.y + panel.area.height;
  const middle = (columns[0]!.at + columns.at(-1)!.at) / 2;
  return [
    ...columns.map(({ label, at }) =>
      text(panel.x(at), bottom + 16, label, {
        "text-anchor": "middle",
        fill: MUTED,
        "font-size": 11,
      }),
    ),
    text(panel.x(middle), bottom + 34, family, { "text-anchor": "middle", "font-size": 11.5 }),
  ];
}

function caption(): string[] {
  const small = { fill: MUTED, "font-size": 11 };
  return [
    text(
      LEFT,
      514,
      "Bars: 95 % over groups. Solid line: AUC of the unchanged pictures; dashed: 0.03 below it.",
      small,
    ),
    text(
      LEFT,
      531,
      "Flagged: real pictures at suspicious or above. Rescaling: half size and back, and by ¾ and 1¼.",
      small,
    ),
  ];
}

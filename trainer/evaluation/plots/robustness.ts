// robustness.svg: one column a condition, families side by side; above the AUC, below what happens
// to real pictures.
import type { Interval } from "../bootstrap";
import type { EvaluationReport } from "../report";
import { FAMILIES, type Family } from "../robustness/conditions";
import type { RobustnessFigure } from "../robustness/measure";
import { Panel, percentTick } from "./panel";
import { element, GRID, line, MUTED, PALETTE, polyline, svgDocument, text } from "./svg";

const [BLUE, ORANGE] = PALETTE;
const LEFT = 66;
const RIGHT = 624;
const TOP = { y: 56, height: 200 };
const BOTTOM = { y: 326, height: 110 };
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
  const aucPanel = new Panel({ x: LEFT, width: RIGHT - LEFT, ...TOP }, across, {
    from: floor,
    to: 1,
    ticks: steps(floor, 1, 0.1),
    label: "AUC",
    format: (value) => value.toFixed(1),
  });
  const shares = all.flatMap(({ figure }) => [
    ...ends(figure.realsSuspicious),
    ...ends(figure.realsAbstained),
  ]);
  const ceiling = Math.max(0.05, Math.ceil(Math.max(...shares) * 20) / 20);
  const sharePanel = new Panel({ x: LEFT, width: RIGHT - LEFT, ...BOTTOM }, across, {
    from: 0,
    to: ceiling,
    ticks: steps(0, ceiling, ceiling / 5),
    label: "reals",
    format: percentTick,
  });
  return svgDocument(
    500,
    `Robustness of ${model.name} ${model.version} on ${split}`,
    aucPanel.background(),
    sharePanel.background(),
    ...separators(groups, aucPanel, sharePanel),
    ...guide(aucPanel, clean.auc.value, all),
    ...groups.flatMap(({ columns }) => [
      ...series(aucPanel, columns, ({ auc }) => auc, BLUE, 0),
      ...series(sharePanel, columns, ({ realsAbstained }) => realsAbstained, MUTED, 0.14),
      ...series(sharePanel, columns, ({ realsSuspicious }) => realsSuspicious, ORANGE, -0.14),
    ]),
    ...groups.flatMap(({ name, columns }) => names(name, columns, aucPanel)),
    ...legend(),
  );
}

function labelOf({ name, strength }: RobustnessFigure): string {
  if (name.startsWith("half")) return "½";
  return name.startsWith("screenshot") ? `×${strength}` : String(strength);
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

/** Values with their intervals, joined within a family. @param shift in columns. */
function series(
  panel: Panel,
  columns: readonly Column[],
  of: (figure: Column["figure"]) => Interval,
  colour: string,
  shift: number,
): string[] {
  const points = columns.map(({ figure, at }) => panel.point(at + shift, of(figure).value));
  return [
    ...columns.flatMap(({ figure, at }) => {
      const { low, high } = of(figure);
      if (!Number.isFinite(low) || !Number.isFinite(high)) return [];
      const x = at + shift;
      return [
        line(panel.point(x, low), panel.point(x, high), {
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
  ...panels: readonly Panel[]
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

function legend(): string[] {
  const y = BOTTOM.y + BOTTOM.height + 26;
  const entry = (x: number, colour: string, label: string) =>
    element("circle", { cx: x, cy: y - 4, r: 4, fill: colour }) + text(x + 10, y, label);
  return [
    entry(LEFT + 4, BLUE, "AUC"),
    entry(LEFT + 76, ORANGE, "reals at suspicious or above"),
    entry(LEFT + 280, MUTED, "reals not judged"),
    text(
      LEFT,
      y + 22,
      "Bars: 95 % over groups. Solid: AUC of the unchanged pictures; dashed: 0.03 below it. ½: half size and back.",
      { fill: MUTED, "font-size": 11 },
    ),
  ];
}

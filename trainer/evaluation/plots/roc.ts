// roc.svg: the whole curve, and the corner of few false alarms that a browser extension lives in.
import type { EvaluationReport } from "../report";
import { Panel, percentTick } from "./panel";
import { INK, line, MUTED, PALETTE, polygon, polyline, shortened, svgDocument, text } from "./svg";

const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];
/** Right end of the second panel. */
const FEW_FALSE_ALARMS = 0.1;
/** More generators than colours would not be told apart; the tables list them all. */
const MOST_GENERATORS = PALETTE.length;
const LEGEND_TOP = 378;
const LEGEND_LINE = 19;

interface Curve {
  name: string;
  auc: number;
  points: readonly (readonly [number, number])[];
  stroke: string;
  width: number;
  dash?: string;
}

/** Null where there is no curve: one of the classes is missing. */
export function rocPlot(report: EvaluationReport): string | null {
  const { curves, fakesByGenerator, frames, videos, split, model } = report;
  if (curves.roc.length === 0) return null;
  const drawn: Curve[] = [
    { name: "all pictures", auc: frames.auc.value, points: curves.roc, stroke: INK, width: 2.5 },
    ...(curves.rocOfVideos.length > 0 && videos
      ? [
          {
            name: "all videos, mean logit",
            auc: videos.mean.auc.value,
            points: curves.rocOfVideos,
            stroke: INK,
            width: 1.5,
            dash: "6 4",
          },
        ]
      : []),
    ...curves.rocByGenerator.slice(0, MOST_GENERATORS).map(({ generator, points }, i) => ({
      name: generator,
      auc: fakesByGenerator.find(({ name }) => name === generator)?.auc.value ?? Number.NaN,
      points,
      stroke: PALETTE[i] as string,
      width: 1.5,
    })),
  ];
  const up = { from: 0, to: 1, ticks: FIFTHS, label: "fakes found", format: percentTick };
  const panels = [
    new Panel(
      { x: 66, y: 52, width: 244, height: 260 },
      { from: 0, to: 1, ticks: FIFTHS, label: "reals flagged", format: percentTick },
      up,
    ),
    new Panel(
      { x: 376, y: 52, width: 244, height: 260 },
      {
        from: 0,
        to: FEW_FALSE_ALARMS,
        ticks: [0.01, 0.03, 0.05, 0.07, 0.1],
        label: "the same, up to 10 % of reals flagged",
        format: percentTick,
      },
      { ...up, label: "" },
    ),
  ];
  const band = curves.rocBand.filter(
    ({ truePositiveRate: { low, high } }) => Number.isFinite(low) && Number.isFinite(high),
  );
  const rows = Math.ceil(drawn.length / 2);
  return svgDocument(
    LEGEND_TOP + rows * LEGEND_LINE + 34,
    `ROC of ${model.name} ${model.version} on ${split}`,
    ...panels.map((panel, i) => draw(panel, drawn, band, `roc-${i}`)),
    ...drawn.map((curve, i) => legend(curve, i, rows)),
    text(
      66,
      LEGEND_TOP + rows * LEGEND_LINE + 14,
      "AUC beside the names. Band: 95 % over groups, all pictures. Each generator against all reals.",
      { fill: MUTED, "font-size": 11 },
    ),
  );
}

function draw(
  panel: Panel,
  curves: readonly Curve[],
  band: EvaluationReport["curves"]["rocBand"],
  id: string,
): string {
  const highs = band.map(({ falsePositiveRate, truePositiveRate }) =>
    panel.point(falsePositiveRate, truePositiveRate.high),
  );
  const lows = band.map(({ falsePositiveRate, truePositiveRate }) =>
    panel.point(falsePositiveRate, truePositiveRate.low),
  );
  return (
    panel.background() +
    panel.clipped(
      id,
      polygon([...highs, ...lows.reverse()], { fill: INK, "fill-opacity": 0.1 }),
      line(panel.point(0, 0), panel.point(1, 1), { stroke: MUTED, "stroke-dasharray": "2 4" }),
      // The pooled curve is drawn last, over the thin ones.
      ...curves.toReversed().map(({ points, stroke, width, dash }) =>
        polyline(
          points.map(([x, y]) => panel.point(x, y)),
          { stroke, "stroke-width": width, "stroke-dasharray": dash },
        ),
      ),
    )
  );
}

function legend({ name, auc, stroke, width, dash }: Curve, index: number, rows: number): string {
  const x = 66 + Math.floor(index / rows) * 290;
  const y = LEGEND_TOP + (index % rows) * LEGEND_LINE;
  return (
    line([x, y - 4], [x + 26, y - 4], {
      stroke,
      "stroke-width": Math.max(2, width),
      "stroke-dasharray": dash,
    }) + text(x + 34, y, `${shortened(name, 28)}: ${Number.isFinite(auc) ? auc.toFixed(2) : "–"}`)
  );
}

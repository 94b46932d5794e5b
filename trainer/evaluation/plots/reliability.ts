// reliability.svg: what the score says against the share of fakes, and how many pictures say it.
import type { EvaluationReport } from "../report";
import { Panel, percentTick } from "./panel";
import { element, INK, line, MUTED, PALETTE, polyline, svgDocument, text } from "./svg";

const FIFTHS = [0, 0.2, 0.4, 0.6, 0.8, 1];
const [BLUE] = PALETTE;

/** Null where a class is missing: every share would be 0 or 1. */
export function reliabilityPlot(report: EvaluationReport): string | null {
  const { curves, frames, pictures, split, model } = report;
  if (pictures.real === 0 || pictures.fake === 0) return null;
  const bins = curves.reliability.filter(({ pictures }) => pictures > 0);
  const most = Math.max(...bins.map(({ pictures }) => pictures));
  const step = roundStep(most / 2);
  const score = { from: 0, to: 1, ticks: FIFTHS, label: "", format: (value: number) => `${value}` };
  const shares = new Panel({ x: 66, y: 52, width: 548, height: 280 }, score, {
    from: 0,
    to: 1,
    ticks: FIFTHS,
    label: "share of fakes",
    format: percentTick,
  });
  const counts = new Panel(
    { x: 66, y: 366, width: 548, height: 84 },
    { ...score, label: "score = sigmoid(logit / temperature)" },
    { from: 0, to: most * 1.08, ticks: [0, step, 2 * step], label: "pictures", format: String },
  );
  const points = bins.map(({ meanScore, fakeShare }) => shares.point(meanScore, fakeShare));
  const fakes = Math.round((100 * pictures.fake) / (pictures.fake + pictures.real));
  return svgDocument(
    520,
    `Reliability of the score: ${model.name} ${model.version} on ${split}`,
    shares.background(),
    line(shares.point(0, 0), shares.point(1, 1), { stroke: MUTED, "stroke-dasharray": "2 4" }),
    ...bins.map((bin) => gap(shares, bin)),
    polyline(points, { stroke: BLUE, "stroke-width": 2 }),
    ...points.map(([cx, cy]) =>
      element("circle", { cx, cy, r: 4, fill: BLUE, stroke: "#ffffff", "stroke-width": 1.5 }),
    ),
    counts.background(),
    ...bins.map(({ from, to, pictures }) =>
      element("rect", {
        x: counts.x(from) + 1,
        y: counts.y(pictures),
        width: counts.x(to) - counts.x(from) - 2,
        height: counts.y(0) - counts.y(pictures),
        fill: BLUE,
        "fill-opacity": 0.55,
      }),
    ),
    text(
      66,
      506,
      `Expected calibration error ${figure(frames.calibrationError.value)}, Brier score ` +
        `${figure(frames.brier.value)}, for this mix of ${fakes} % fakes. Dotted: perfect.`,
      { fill: MUTED, "font-size": 11 },
    ),
  );
}

/** From a bin's share to where it should be. */
function gap(panel: Panel, { meanScore, fakeShare }: { meanScore: number; fakeShare: number }) {
  return line(panel.point(meanScore, fakeShare), panel.point(meanScore, meanScore), {
    stroke: INK,
    "stroke-opacity": 0.25,
    "stroke-width": 1.5,
  });
}

/** The next 1, 2 or 5 times a power of ten at or below. */
function roundStep(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return ([5, 2, 1].find((factor) => factor * power <= value) ?? 1) * power;
}

function figure(value: number): string {
  return Number.isFinite(value) ? value.toFixed(3) : "–";
}

/** The scores of a video over its time, drawn as SVG: one dot for each face in each sampled frame. */

import { clock } from "../../../components/words";
import { scoreOf } from "../../../model/calibration/calibration";
import type { Evidence } from "../evidence/evidence";
import { html, type Markup } from "./html-text";

const width = 640;
const height = 150;
const left = 74;
const right = 12;
const top = 12;
const bottom = 24;

/** Null for a picture, and where nothing was scored. */
export function scoreChart({ verdict, detector, duration }: Evidence): Markup | null {
  const dots = (verdict.frames ?? []).flatMap(({ time, faces }) =>
    faces.flatMap(({ score }) => (score === null || time === null ? [] : [{ time, score }])),
  );
  if (dots.length === 0) return null;
  const end = Math.max(duration ?? 0, ...dots.map(({ time }) => time)) || 1;
  const x = (time: number) => left + (time / end) * (width - left - right);
  const y = (score: number) => top + (1 - score) * (height - top - bottom);
  const names = { unsure: "unclear", suspicious: "some signs", strong: "strong signs" } as const;
  // The upper two lie close together.
  const below = { unsure: 10, suspicious: 10, strong: -3 };
  const lines = Object.entries(names).flatMap(([level, name]) => {
    const threshold = detector.thresholds[level as keyof typeof names];
    if (!threshold) return [];
    const at = y(scoreOf(threshold.logit, detector));
    return [{ name, at, textAt: at + below[level as keyof typeof names] }];
  });
  return html`<svg class="chart" viewBox="0 0 ${width} ${height}" role="img" aria-label="Scores of ${dots.length} faces over the time of the video">
<line class="axis" x1="${left}" y1="${height - bottom}" x2="${width - right}" y2="${height - bottom}"/>
${lines.map(({ name, at, textAt }) => html`<line class="threshold" x1="${left}" y1="${round(at)}" x2="${width - right}" y2="${round(at)}"/><text x="${left - 6}" y="${round(textAt)}" text-anchor="end">${name}</text>`)}
${dots.map(({ time, score }) => html`<circle class="score" cx="${round(x(time))}" cy="${round(y(score))}" r="3"/>`)}
<text x="${left}" y="${height - 8}">0:00</text><text x="${width - right}" y="${height - 8}" text-anchor="end">${clock(end)}</text>
</svg>`;
}

const round = (px: number) => Math.round(px * 10) / 10;

// Scored faces without pictures, and a report of them, for tests of figures and tables.

import { levelOf } from "../../model/calibration/calibration";
import type { StudentCard } from "../../model/package/card";
import { intervals } from "../../trainer/evaluation/bootstrap";
import {
  fakeFigures,
  frameFigures,
  realFigures,
  videoFigures,
  withinFigures,
} from "../../trainer/evaluation/figures";
import { rank } from "../../trainer/evaluation/ranking";
import { reliability } from "../../trainer/evaluation/reliability";
import type { EvaluationReport } from "../../trainer/evaluation/report";
import type { ScoredFace } from "../../trainer/evaluation/scoring";
import { softnessFigures } from "../../trainer/evaluation/softness";
import { videosOf } from "../../trainer/evaluation/videos";

const threshold = (logit: number) => ({
  logit,
  falsePositiveRate: 0.01,
  realPictures: 1,
  realGroups: 1,
});

export const CARD: StudentCard = {
  format: 1,
  name: "tiny",
  version: "1",
  date: "2026-11-23",
  status: "trained",
  architecture: { name: "none", description: "", parameters: 0 },
  inputSize: 32,
  cropMargin: 1.3,
  normalisation: { mean: 127, scale: 128 },
  temperature: 2,
  thresholds: { unsure: threshold(1), suspicious: threshold(2), strong: threshold(3) },
  gates: { minFacePx: 48, minSharpness: 10 },
  training: { recipe: "", sources: [] },
  metrics: [],
  licence: { weights: "", terms: "" },
  files: { "model.json": "0".repeat(64), "weights.bin": "0".repeat(64) },
  selfTest: { seed: 1, logit: 0, tolerance: 0.05 },
};

/** A face of one source; `judged: false` is one that the gates hold back. */
export function face(
  label: "real" | "fake",
  source: string,
  group: string,
  logit: number,
  more: { generator?: string; video?: string; judged?: boolean; sharpness?: number } = {},
): ScoredFace {
  const { generator = label === "real" ? "camera" : "gan", video } = more;
  const { judged = true, sharpness = 100 } = more;
  return {
    row: {
      file: `${label}/${source}/${group}.jpg`,
      label,
      split: "val",
      source,
      generator,
      group,
      ...(video === undefined ? {} : { video }),
      box: [20, 20, 60, 60],
    },
    logit,
    isFake: label === "fake",
    group,
    level: judged ? levelOf(logit, CARD) : null,
    sharpness,
    map: { width: 2, height: 2, logits: [0, logit, 0, 0] },
  };
}

/** What `evaluate` reports of scored faces, without what needs pictures or a network. */
export function reportOf(faces: readonly ScoredFace[]): EvaluationReport {
  const interval = intervals(50, 1);
  const videos = videosOf(faces, CARD);
  return {
    format: 1,
    model: {
      name: CARD.name,
      version: CARD.version,
      inputSize: CARD.inputSize,
      temperature: CARD.temperature,
      thresholds: { unsure: 1, suspicious: 2, strong: 3 },
      gates: CARD.gates,
    },
    split: "val",
    pictures: {
      real: faces.filter(({ isFake }) => !isFake).length,
      fake: faces.filter(({ isFake }) => isFake).length,
      groups: new Set(faces.map(({ group }) => group)).size,
      broken: [],
    },
    bootstrap: { resamples: 50, seed: 1 },
    frames: frameFigures(faces, CARD, interval),
    videos: videoFigures(videos, interval),
    fakesBySource: fakeFigures(faces, "source", interval),
    fakesByGenerator: fakeFigures(faces, "generator", interval),
    within: withinFigures(faces, interval),
    softness: softnessFigures(faces, interval),
    realsBySource: realFigures(faces, interval),
    realsByKind: [],
    blends: null,
    surroundings: null,
    mapCost: { logitMs: 1, logitAndMapMs: 1.1, repeats: 1 },
    robustness: null,
    curves: {
      roc: rank(faces).rocPoints(),
      rocBand: [],
      rocByGenerator: [],
      rocOfVideos: rank(videos).rocPoints(),
      reliability: reliability(faces, CARD.temperature).bins(),
    },
  };
}

// Measures a student package as the extension would use it: the same loader, crop, gates and
// thresholds. Nothing here trains or chooses; run it on pictures that no choice has seen.
import { join } from "node:path";
import type { StudentCard } from "../../model/package/card";
import { loadStudent, type PackageFiles, type Student } from "../../model/package/student";
import { type FaceRow, readManifest } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import { blendFigures } from "../evaluation/blends";
import { type IntervalOf, intervals } from "../evaluation/bootstrap";
import { cropAll } from "../evaluation/crops";
import {
  fakeFigures,
  frameFigures,
  realFigures,
  videoFigures,
  withinFigures,
} from "../evaluation/figures";
import { kindFigures } from "../evaluation/kinds";
import { labelledRows } from "../evaluation/labelled-rows";
import { measureMapCost } from "../evaluation/map-cost";
import { cornersOf, rank } from "../evaluation/ranking";
import { reliability } from "../evaluation/reliability";
import type { EvaluationReport } from "../evaluation/report";
import { measureRobustness } from "../evaluation/robustness/measure";
import { facePxOf, type ScoredFace, scoreCrops } from "../evaluation/scoring";
import { softnessFigures } from "../evaluation/softness";
import { surroundingsFigures } from "../evaluation/surroundings";
import { videosOf } from "../evaluation/videos";
import { heldOutName, type SplitSettings, trainingSplit } from "./sides";

/** What a run with these settings held out of fitting, or was told to leave out. */
export interface Unfitted {
  side: "heldOut" | "leftOut";
  settings: SplitSettings;
}

export interface EvaluateOptions {
  /** Folder of face crops. */
  data: string;
  /** Of the manifest. */
  split: string;
  /** Instead of a split. */
  unfitted?: Unfitted;
  resamples: number;
  seed: number;
  /** Without it the run takes a tenth of the time. */
  robustness: boolean;
  /** Called with the pictures done, of all pictures of this phase. */
  onProgress?: (phase: string, done: number, total: number) => void;
}

/** A report, and what sheets of errors need that a report must not hold: the pictures. */
export interface Evaluation {
  report: EvaluationReport;
  /** In the order of the crops. */
  scored: ScoredFace[];
  /** As the student saw them, `[n, inputSize, inputSize, 3]`. */
  crops: Uint8Array;
}

/**
 * @param files of the package.
 * @throws StudentPackageError if the package is damaged.
 * @throws Error if the split holds no labelled pictures, or none that can be read, or was fitted.
 */
export async function evaluate(files: PackageFiles, options: EvaluateOptions): Promise<Evaluation> {
  const student = await loadStudent(files);
  try {
    return await evaluateStudent(student, files, options);
  } finally {
    student.dispose();
  }
}

async function evaluateStudent(
  student: Student,
  files: PackageFiles,
  { data, split, unfitted, resamples, seed, robustness, onProgress = () => {} }: EvaluateOptions,
): Promise<Evaluation> {
  const { card } = student;
  if (!unfitted) requireUnseen(card, split);
  const rows = unfitted ? await unfittedRows(data, unfitted) : await labelledRows(data, split);
  if (unfitted?.side === "leftOut") requireLeftOut(card, rows);
  const pool = await loadPictures(data, rows, (done) => onProgress("decode", done, rows.length));
  const crops = cropAll(pool, card.cropMargin, card.inputSize);
  const total = pool.pictures.length;
  const faces = pool.pictures.map(({ row }) => ({ row, facePx: facePxOf(row.box) }));
  const scored = await scoreCrops(student, crops, faces, (done) =>
    onProgress("score", done, total),
  );
  const interval = intervals(resamples, seed);
  const blends = await blendFigures(student, pool, interval, (done, pairs) =>
    onProgress("blends", done, pairs),
  );
  const surroundings = await surroundingsFigures(student, pool, interval, (done, all) =>
    onProgress("surroundings", done, all),
  );
  const mapCost = await measureMapCost(files, card.inputSize);
  const grid = robustness
    ? await measureRobustness(student, pool, scored, interval, (done, all) =>
        onProgress("robustness", done, all),
      )
    : null;

  const report: EvaluationReport = {
    format: 1,
    model: {
      name: card.name,
      version: card.version,
      inputSize: card.inputSize,
      temperature: card.temperature,
      thresholds: {
        unsure: card.thresholds.unsure.logit,
        suspicious: card.thresholds.suspicious.logit,
        strong: card.thresholds.strong.logit,
      },
      gates: card.gates,
    },
    split: unfitted ? unfittedName(unfitted) : split,
    pictures: {
      real: scored.filter(({ isFake }) => !isFake).length,
      fake: scored.filter(({ isFake }) => isFake).length,
      groups: new Set(scored.map(({ group }) => group)).size,
      broken: pool.broken.map(({ file, reason }) => ({
        file,
        // Reports are passed on; where the data lie on this machine is nobody's business.
        reason: reason.replaceAll(join(data, "/"), ""),
      })),
    },
    bootstrap: { resamples, seed },
    ...figures(scored, student, interval),
    realsByKind: kindFigures(scored, crops, card, interval),
    blends,
    surroundings,
    mapCost,
    robustness: grid,
  };
  return { report, scored, crops };
}

/** @throws Error if the student was fitted on the split: that would measure its memory. */
function requireUnseen({ name, version, training }: StudentCard, split: string): void {
  if (training.splits?.includes(split))
    throw new Error(
      `${name} ${version} was fitted on "${split}", so nothing can be measured there; ` +
        "--held-out-of RUN measures what its run held out",
    );
}

/** @throws Error if the student was fitted on a source that it is said not to know. */
function requireLeftOut({ name, version, training }: StudentCard, rows: readonly FaceRow[]): void {
  for (const { source, label } of rows)
    if (training.sources.some((fitted) => fitted.source === source && fitted.label === label))
      throw new Error(`${name} ${version} was fitted on ${label} pictures of ${source}`);
}

/** @throws Error if there are none. */
async function unfittedRows(data: string, { side, settings }: Unfitted): Promise<FaceRow[]> {
  const rows = trainingSplit(await readManifest(data), settings)[side];
  if (rows.length > 0) return rows;
  throw new Error(
    `the run ${side === "heldOut" ? "held" : "left"} out none of the pictures in ${data}`,
  );
}

function unfittedName({ side, settings }: Unfitted): string {
  if (side === "heldOut") return heldOutName(settings);
  const { sources = [], generators = [] } = settings.leaveOut ?? {};
  return `left out: ${[...generators, ...sources].join(", ")}`;
}

/** False-alarm rates at which the band of the ROC curve is drawn. */
const BAND_RATES = [0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9];

function figures(scored: readonly ScoredFace[], { card }: Student, interval: IntervalOf) {
  const videos = videosOf(scored, card);
  const ranking = rank(scored);
  const reals = scored.filter(({ isFake }) => !isFake);
  const generators = [...new Set(scored.filter(({ isFake }) => isFake).map(generatorOf))].sort();
  return {
    frames: frameFigures(scored, card, interval),
    videos: videoFigures(videos, interval),
    fakesBySource: fakeFigures(scored, "source", interval),
    fakesByGenerator: fakeFigures(scored, "generator", interval),
    within: withinFigures(scored, interval),
    softness: softnessFigures(scored, interval),
    realsBySource: realFigures(scored, interval),
    curves: {
      roc: cornersOf(ranking.rocPoints()),
      rocBand: BAND_RATES.map((falsePositiveRate) => ({
        falsePositiveRate,
        truePositiveRate: interval(scored, ranking.truePositiveRateAt(falsePositiveRate)),
      })),
      rocByGenerator: generators.map((generator) => {
        const own = scored.filter((face) => face.isFake && generatorOf(face) === generator);
        return { generator, points: cornersOf(rank([...reals, ...own]).rocPoints()) };
      }),
      rocOfVideos: cornersOf(rank(videos).rocPoints()),
      reliability: reliability(scored, card.temperature).bins(),
    },
  } satisfies Partial<EvaluationReport>;
}

function generatorOf({ row }: ScoredFace): string {
  return row.generator;
}

// Measures a student package as the extension would use it: the same loader, the same crop, the
// card's own thresholds. Frame level, per source, intervals over groups.
import type { StudentCard } from "../../model/package/card";
import type { Student } from "../../model/package/student";
import { sharpness } from "../../model/student/sharpness";
import { type FaceRow, readManifest } from "../datasets/manifest";
import { loadPictures, type PicturePool } from "../datasets/pictures";
import { auc, truePositiveRate } from "../evaluation/auc";
import {
  clusterBootstrap,
  type Interval,
  type Scored,
  shareAbove,
  weightedAuc,
} from "../evaluation/bootstrap";
import { cropAll } from "../evaluation/crops";
import { BatchMaker } from "../synthesis/batch";

export interface SourceFigure {
  source: string;
  generator: string;
  pictures: number;
  groups: number;
  /** AUC of a source's fakes against all reals of the split. */
  auc: Interval;
  /** Share of its fakes at or above `suspicious`. */
  suspicious: Interval;
}

export interface WithinSourceFigure {
  source: string;
  reals: number;
  fakes: number;
  groups: number;
  auc: Interval;
}

export interface RealFigure {
  source: string;
  pictures: number;
  groups: number;
  meanLogit: number;
  unsure: number;
  suspicious: Interval;
  strong: number;
  /** Share that the card's gates would not have scored. */
  abstained: number;
}

export interface EvaluationReport {
  model: { name: string; version: string };
  split: string;
  pictures: { real: number; fake: number; broken: { file: string; reason: string }[] };
  pooled: { auc: Interval; tprAt1: number; tprAt5: number; falseAlarms: Interval; hits: Interval };
  /** Pseudo-fakes made of the split's own real pictures, with known masks. */
  blends: BlendFigure;
  fakes: SourceFigure[];
  within: WithinSourceFigure[];
  reals: RealFigure[];
}

export interface BlendFigure {
  pairs: number;
  /** Blended against the same picture unblended, both degraded alike. */
  auc: number;
  /** Cells of the coarse map that were mostly replaced against untouched ones, in blended faces. */
  cellAuc: number;
}

interface ScoredFace extends Scored {
  row: FaceRow;
  abstained: boolean;
}

const CHUNK = 64;

/** Scores every labelled picture of a split with a student. */
async function scoreSplit(student: Student, pool: PicturePool): Promise<ScoredFace[]> {
  const { inputSize, cropMargin, gates } = student.card;
  const crops = cropAll(pool, cropMargin, inputSize);
  const perPicture = inputSize * inputSize * 3;
  const scored: ScoredFace[] = [];
  for (let from = 0; from < pool.pictures.length; from += CHUNK) {
    const chunk = pool.pictures.slice(from, from + CHUNK);
    const pixels = crops.subarray(from * perPicture, (from + chunk.length) * perPicture);
    const { logits } = await student.predict(pixels);
    chunk.forEach(({ row }, i) => {
      const crop = pixels.subarray(i * perPicture, (i + 1) * perPicture);
      const facePx = Math.max(row.box[2], row.box[3]);
      scored.push({
        row,
        logit: logits[i] as number,
        isFake: row.label === "fake",
        group: row.group,
        abstained: facePx < gates.minFacePx || sharpness(crop, inputSize) < gates.minSharpness,
      });
    });
  }
  return scored;
}

/**
 * Evaluates a loaded student on one split of a data folder.
 *
 * @throws Error if the split holds no labelled pictures.
 */
export async function evaluate(
  student: Student,
  data: string,
  split: string,
  resamples: number,
): Promise<EvaluationReport> {
  const rows = (await readManifest(data)).filter(
    (row) => row.split === split && row.label !== "unlabelled",
  );
  if (rows.length === 0)
    throw new Error(`the manifest in ${data} has no labelled split "${split}"`);
  const pool = await loadPictures(data, rows);
  const scored = await scoreSplit(student, pool);
  const blends = await scoreBlends(student, pool);
  return { ...report(student.card, split, scored, pool.broken, resamples), blends };
}

const BLEND_BATCHES = 12;
const BLEND_PAIRS = 16;

/** Blends real pictures of the pool and asks the student whether and where. */
async function scoreBlends(student: Student, pool: PicturePool): Promise<BlendFigure> {
  const { inputSize, cropMargin } = student.card;
  const blank = new Uint8Array(inputSize * inputSize * 3);
  const [side] = (await student.predict(blank)).mapSize;
  const reals = pool.pictures.filter(({ row }) => row.label === "real");
  const maker = new BatchMaker(pool.bytes, reals, {
    pairs: BLEND_PAIRS,
    labelled: 0,
    swapShare: 0.3,
    videoLike: 0.25,
    inputSize,
    cropMargin,
    mapSize: side,
    seed: 1,
  });
  const scores: [real: number[], fake: number[]] = [[], []];
  const cells: [untouched: number[], replaced: number[]] = [[], []];
  for (let index = 0; index < BLEND_BATCHES; index++) {
    const { pixels, labels, masks } = await maker.make(index);
    const { logits, maps } = await student.predict(pixels);
    labels.forEach((label, i) => {
      scores[label as 0 | 1].push(logits[i] as number);
      if (label === 0) return;
      for (let cell = i * side * side; cell < (i + 1) * side * side; cell++) {
        const share = masks[cell] as number;
        if (share === 0) cells[0].push(maps[cell] as number);
        else if (share > 0.5) cells[1].push(maps[cell] as number);
      }
    });
  }
  return {
    pairs: BLEND_BATCHES * BLEND_PAIRS,
    auc: auc(scores[0], scores[1]),
    cellAuc: auc(cells[0], cells[1]),
  };
}

function report(
  card: StudentCard,
  split: string,
  scored: readonly ScoredFace[],
  broken: PicturePool["broken"],
  resamples: number,
): Omit<EvaluationReport, "blends"> {
  const { thresholds } = card;
  const reals = scored.filter(({ isFake }) => !isFake);
  const fakes = scored.filter(({ isFake }) => isFake);
  const aucOf = (faces: readonly ScoredFace[]) =>
    clusterBootstrap(faces, weightedAuc(faces), resamples);
  const above = (faces: readonly ScoredFace[], logit: number) =>
    clusterBootstrap(faces, shareAbove(logit), resamples);
  const share = (faces: readonly ScoredFace[], logit: number) =>
    faces.filter((face) => face.logit >= logit).length / faces.length;
  const logits = (faces: readonly ScoredFace[]) => faces.map(({ logit }) => logit);

  return {
    model: { name: card.name, version: card.version },
    split,
    pictures: { real: reals.length, fake: fakes.length, broken },
    pooled: {
      auc: aucOf(scored),
      tprAt1: truePositiveRate(logits(reals), logits(fakes), 0.01),
      tprAt5: truePositiveRate(logits(reals), logits(fakes), 0.05),
      falseAlarms: above(reals, thresholds.suspicious.logit),
      hits: above(fakes, thresholds.suspicious.logit),
    },
    fakes: bySource(fakes).map(([source, faces]) => ({
      source,
      generator: [...new Set(faces.map(({ row }) => row.generator))].join(", "),
      ...sizes(faces),
      auc: aucOf([...reals, ...faces]),
      suspicious: above(faces, thresholds.suspicious.logit),
    })),
    within: bySource(scored)
      .filter(([, faces]) => new Set(faces.map(({ isFake }) => isFake)).size === 2)
      .map(([source, faces]) => ({
        source,
        reals: faces.filter(({ isFake }) => !isFake).length,
        fakes: faces.filter(({ isFake }) => isFake).length,
        groups: sizes(faces).groups,
        auc: aucOf(faces),
      })),
    reals: bySource(reals).map(([source, faces]) => ({
      source,
      ...sizes(faces),
      meanLogit: faces.reduce((sum, { logit }) => sum + logit, 0) / faces.length,
      unsure: share(faces, thresholds.unsure.logit),
      suspicious: above(faces, thresholds.suspicious.logit),
      strong: share(faces, thresholds.strong.logit),
      abstained: faces.filter(({ abstained }) => abstained).length / faces.length,
    })),
  };
}

function bySource(faces: readonly ScoredFace[]): [string, ScoredFace[]][] {
  const sources = [...new Set(faces.map(({ row }) => row.source))].sort();
  return sources.map((source) => [source, faces.filter(({ row }) => row.source === source)]);
}

function sizes(faces: readonly ScoredFace[]) {
  return { pictures: faces.length, groups: new Set(faces.map(({ group }) => group)).size };
}

/** The card's metrics of a report, so that a package carries what was measured on it. */
export function cardMetrics(evaluation: EvaluationReport): StudentCard["metrics"] {
  const { split, pooled, pictures } = evaluation;
  const interval = ({ value, low, high }: Interval) => ({
    value: rounded(value),
    ...(Number.isFinite(low) && Number.isFinite(high)
      ? { low: rounded(low), high: rounded(high) }
      : {}),
  });
  return [
    {
      name: "auc",
      split,
      scope: "all",
      ...interval(pooled.auc),
      pictures: pictures.real + pictures.fake,
    },
    {
      name: "share of real pictures at or above suspicious",
      split,
      scope: "all",
      ...interval(pooled.falseAlarms),
      pictures: pictures.real,
    },
    ...evaluation.fakes.map((figure) => ({
      name: "auc against all real pictures",
      split,
      scope: figure.source,
      ...interval(figure.auc),
      pictures: figure.pictures,
      groups: figure.groups,
    })),
    ...evaluation.within.map((figure) => ({
      name: "auc within the source",
      split,
      scope: figure.source,
      ...interval(figure.auc),
      pictures: figure.reals + figure.fakes,
      groups: figure.groups,
    })),
    ...evaluation.reals.map((figure) => ({
      name: "share of real pictures at or above suspicious",
      split,
      scope: figure.source,
      ...interval(figure.suspicious),
      pictures: figure.pictures,
      groups: figure.groups,
    })),
  ];
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}

// The shortcut probe of a batch recipe and of a data set: can real and fake be told apart by what
// must not matter? Measured on groups that the probe has not seen.
import type { FaceRow } from "../datasets/manifest";
import { loadPictures, PictureFiles, type PooledPicture, pixelsOf } from "../datasets/pictures";
import { auc } from "../evaluation/auc";
import type { Interval, IntervalOf } from "../evaluation/bootstrap";
import { cropAll } from "../evaluation/crops";
import { FOLDS, foldsByGroup } from "../evaluation/folds";
import { jpegStatistics } from "../evaluation/jpeg-statistics";
import { rank } from "../evaluation/ranking";
import {
  crossValidated,
  fitProbe,
  shortcutFeatures,
  thumbnailFeatures,
  traceFeatures,
} from "../evaluation/shortcut-probe";
import { BatchMaker, type BatchRecipe } from "../synthesis/batch";

/** Progress in pictures, and how many there are. */
type OnProgress = (done: number, total: number) => void;

/** AUC on each fold's groups: mean, lowest and highest; NaN without such crops. */
export interface FoldedAuc {
  mean: number;
  lowest: number;
  highest: number;
}

export interface BatchProbe {
  crops: number;
  /** Real crops against their own pseudo-fakes. */
  pseudoFakes: FoldedAuc;
  /** Real partners against labelled fakes. */
  labelled: FoldedAuc;
}

interface BatchExample {
  features: number[];
  label: number;
  isPair: boolean;
}

/**
 * Deals the groups into folds, makes batches of each fold's pictures alone, and scores each fold by
 * a probe fitted on the batches of the others.
 *
 * @param rows the labelled pictures that training fits.
 * @param batches of all folds together.
 */
export async function probeBatches(
  data: string,
  rows: readonly FaceRow[],
  recipe: BatchRecipe,
  batches: number,
  onProgress: OnProgress = () => {},
): Promise<BatchProbe> {
  const pool = await loadPictures(data, rows);
  const perFold = Math.max(1, Math.round(batches / FOLDS));
  const perCrop = recipe.inputSize ** 2 * 3;
  const foldOf = foldsByGroup(
    pool.pictures.map(({ row }) => ({ group: row.group, stratum: stratumOf(row) })),
    recipe.seed,
  );
  const inFold = (fold: number) => pool.pictures.filter((_, i) => foldOf[i] === fold);
  for (let fold = 0; fold < FOLDS; fold++)
    if (!inFold(fold).some(({ row }) => row.label === "real"))
      throw new Error(`real pictures of at least ${FOLDS} groups are needed to probe batches`);
  const folds: BatchExample[][] = [];
  let crops = 0;
  for (let fold = 0; fold < FOLDS; fold++) {
    const pictures = inFold(fold);
    const maker = new BatchMaker(pool.bytes, pictures, recipe);
    // Where a fold has none, the maker puts more pairs in their place.
    const hasLabelled = pictures.some(({ row }) => row.label === "fake");
    const examples: BatchExample[] = [];
    for (let index = 0; index < perFold; index++) {
      const { pixels, labels } = await maker.make(index);
      labels.forEach((label, i) => {
        const rgb = pixels.subarray(i * perCrop, (i + 1) * perCrop);
        const features = shortcutFeatures(rgb, recipe.inputSize);
        examples.push({ features, label, isPair: !hasLabelled || i < 2 * recipe.pairs });
      });
      crops += labels.length;
      onProgress(crops, perFold * FOLDS * labels.length);
    }
    folds.push(examples);
  }
  return {
    crops,
    pseudoFakes: foldedAuc(folds, ({ isPair }) => isPair),
    labelled: foldedAuc(folds, ({ isPair }) => !isPair),
  };
}

const stratumOf = ({ label, source }: FaceRow) => `${label}/${source}`;

function foldedAuc(
  folds: readonly (readonly BatchExample[])[],
  isWanted: (example: BatchExample) => boolean,
): FoldedAuc {
  const wanted = folds.map((fold) => fold.filter(isWanted));
  const aucs = wanted.map((measured) => {
    const fitted = wanted.flatMap((fold) => (fold === measured ? [] : fold));
    const probe = fitProbe(
      fitted.map(({ features }) => features),
      fitted.map(({ label }) => label),
    );
    const scores = (label: number) =>
      measured.filter((example) => example.label === label).map(({ features }) => probe(features));
    return auc(scores(0), scores(1));
  });
  const known = aucs.filter(Number.isFinite);
  if (known.length === 0) return { mean: Number.NaN, lowest: Number.NaN, highest: Number.NaN };
  return {
    mean: known.reduce((sum, value) => sum + value, 0) / known.length,
    lowest: Math.min(...known),
    highest: Math.max(...known),
  };
}

/** What a probe of a set may look at; each family is probed alone, then all together. */
export const FEATURE_FAMILIES = {
  size: "size of picture and face, and where the face lies",
  thumbnail: "16-pixel thumbnail and colour of the crop",
  traces: "sharpness and blocking of the crop",
  file: "bytes a pixel, quantisers and chroma sampling of the file",
} as const;

type FeatureFamily = keyof typeof FEATURE_FAMILIES;

export interface SetProbe {
  real: number;
  fake: number;
  groups: number;
  broken: { file: string; reason: string }[];
  /** AUC of each family alone, on groups that the probe has not seen. */
  families: Record<FeatureFamily, Interval>;
  all: Interval;
}

/**
 * @param rows labelled pictures.
 * @param crop how the student would crop them.
 * @throws Error if a class is missing: there is nothing to tell apart.
 */
export async function probeSet(
  data: string,
  rows: readonly FaceRow[],
  crop: { cropMargin: number; inputSize: number },
  interval: IntervalOf,
  seed: number,
  onProgress: OnProgress = () => {},
): Promise<SetProbe> {
  for (const label of ["real", "fake"] as const)
    if (!rows.some((row) => row.label === label))
      throw new Error(`the set has no ${label} pictures: there is nothing to tell apart`);
  const pool = await loadPictures(data, rows);
  const { inputSize } = crop;
  const crops = cropAll(pool, crop.cropMargin, inputSize);
  const files = new PictureFiles(data);
  const examples: Record<FeatureFamily, number[]>[] = [];
  try {
    for (const [i, picture] of pool.pictures.entries()) {
      const rgb = crops.subarray(i * inputSize ** 2 * 3, (i + 1) * inputSize ** 2 * 3);
      examples.push({
        size: sizeFeatures(picture),
        thumbnail: thumbnailFeatures(rgb, inputSize),
        traces: traceFeatures(rgb, inputSize),
        file: fileFeatures(await files.read(picture.row), pixelsOf(pool, picture)),
      });
      onProgress(i + 1, pool.pictures.length);
    }
  } finally {
    await files.close();
  }
  const aucOf = (families: readonly FeatureFamily[]) => {
    const probed = pool.pictures.map(({ row }, i) => ({
      features: families.flatMap((family) => examples[i]![family]),
      isFake: row.label === "fake",
      group: row.group,
      stratum: stratumOf(row),
    }));
    const scores = crossValidated(probed, seed);
    const scored = probed.map(({ isFake, group }, i) => ({ logit: scores[i]!, isFake, group }));
    return interval(scored, rank(scored).auc);
  };
  const names = Object.keys(FEATURE_FAMILIES) as FeatureFamily[];
  return {
    real: pool.pictures.filter(({ row }) => row.label === "real").length,
    fake: pool.pictures.filter(({ row }) => row.label === "fake").length,
    groups: new Set(pool.pictures.map(({ row }) => row.group)).size,
    broken: pool.broken,
    families: Object.fromEntries(names.map((name) => [name, aucOf([name])])) as Record<
      FeatureFamily,
      Interval
    >,
    all: aucOf(names),
  };
}

function sizeFeatures({ row, width, height }: PooledPicture): number[] {
  const [x, y, w, h] = row.box;
  return [
    Math.log(width),
    Math.log(height),
    Math.log(Math.max(w, h)),
    w / width,
    (x + w / 2) / width,
    (y + h / 2) / height,
  ];
}

function fileFeatures(file: Uint8Array, { width, height }: { width: number; height: number }) {
  const jpeg = jpegStatistics(file);
  return [
    Math.log(file.length / (width * height)),
    Number(jpeg.isJpeg),
    Number(jpeg.isProgressive),
    Math.log1p(jpeg.lumaQuantiser),
    Math.log1p(jpeg.chromaQuantiser),
    jpeg.chromaSubsampling,
  ];
}

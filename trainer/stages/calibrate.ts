// Gives the logit its meaning: temperature from both classes, thresholds from real faces alone,
// all on held-out groups; then packs the student.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { StudentCard } from "../../model/package/card";
import { PIXEL_MEAN, PIXEL_SCALE } from "../../model/student/normalise";
import { sharpness } from "../../model/student/sharpness";
import { type FaceRow, readManifest } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import { assemblePackage, type CardDraft } from "../emission/package";
import { runGraphModel } from "../emission/run-graph-model";
import { auc, thresholdForEach } from "../evaluation/auc";
import { cropAll } from "../evaluation/crops";
import { DEGRADATIONS, type Degradation, degradedCrops } from "../evaluation/degrade";
import { fitTemperature } from "../evaluation/temperature";
import { countParameters } from "../network/parameters";
import { isRefit } from "./common-settings";
import { type PicturesDone, quantisedFolder } from "./quantise";
import { recipeOf, THRESHOLDS } from "./recipe";
import { figuresForRefit } from "./refit";
import { fittedSplitsOf, type StudentRecord } from "./run-record";
import { heldOutName, teachingSides, trainingSplit } from "./sides";
import { readTrainedStudent } from "./trained-student";

/** False-positive rates at which the levels of the verdict start. */
export const LEVEL_RATES = { unsure: 0.05, suspicious: 0.01, strong: 0.002 };

export type LevelRates = typeof LEVEL_RATES;

/** Nobody is promised more than the strictest data sets of the field allow. */
export const CAUTIOUS_LICENCE: StudentCard["licence"] = {
  weights:
    "Research and non-commercial use: the initial weights are Apache-2.0, but the training data's " +
    "terms may be research or non-commercial.",
  terms:
    "Trained on pictures whose terms may allow research or non-commercial use only. No picture is " +
    "contained in the package.",
};

/** Training reduced faces to boxes of about this size and no further. */
const MIN_FACE_PX = 48;
/** Crops blurrier than all but this share of the held-out ones are not judged. */
const BLURRIEST_SHARE = 0.01;

export interface CalibrationReport {
  temperature: number;
  thresholds: StudentCard["thresholds"];
  gates: StudentCard["gates"];
  heldOutAuc: number;
  /** Share of held-out real pictures at or above `suspicious`, after each degradation. */
  suspiciousReals: Record<string, number>;
}

/** The package's files, and what was chosen. */
export interface Calibration {
  files: Map<string, Uint8Array>;
  report: CalibrationReport;
}

export interface PackageIdentity {
  name: string;
  version: string;
  /** ISO date. */
  date: string;
  licence: StudentCard["licence"];
}

export interface CalibrateOptions {
  rates?: LevelRates;
  /** Card of the student that this run refits; see `figuresForRefit`. */
  figuresOf?: StudentCard;
  onPictures?: PicturesDone;
}

/**
 * Calibrates the quantised student of a run.
 *
 * Thresholds are chosen on the held-out real pictures as they are and as the web would change them
 * (`DEGRADATIONS`), so that no version exceeds its rate: one that holds only for clean files, or only
 * for the mean of clean and compressed ones, is no promise.
 *
 * @returns the package's files, checked by loading them, and the report.
 */
export async function calibrate(
  data: string,
  run: string,
  identity: PackageIdentity,
  { rates = LEVEL_RATES, figuresOf, onPictures = () => {} }: CalibrateOptions = {},
): Promise<Calibration> {
  const { settings, parameters } = await readTrainedStudent(run);
  const borrowed = figuresOf ? figuresForRefit(settings, figuresOf) : [];
  const { architecture, cropMargin } = settings;
  const size = architecture.inputSize;
  const model = {
    "model.json": new Uint8Array(await readFile(join(quantisedFolder(run), "model.json"))),
    "weights.bin": new Uint8Array(await readFile(join(quantisedFolder(run), "weights.bin"))),
  };
  const rows = await readManifest(data);
  const { heldOut } = trainingSplit(rows, settings);
  const total = heldOut.length;
  const pool = await loadPictures(data, heldOut, (done) => onPictures("decode", done, total));
  const crops = cropAll(pool, cropMargin, size);
  const { logits } = await runGraphModel(model, crops, size);
  const isReal = pool.pictures.map(({ row }) => row.label === "real");
  const real = logits.filter((_, i) => isReal[i]);
  const fake = logits.filter((_, i) => !isReal[i]);
  const temperature = fitTemperature(real, fake);

  const reals = pool.pictures.filter((_, i) => isReal[i]);
  const byDegradation = new Map<string, Float32Array>();
  const degradations = Object.keys(DEGRADATIONS) as Degradation[];
  for (const name of degradations) {
    const changed = await degradedCrops(pool, reals, name, cropMargin, size);
    byDegradation.set(name, (await runGraphModel(model, changed, size)).logits);
    const done = byDegradation.size * reals.length;
    onPictures("degrade", done, degradations.length * reals.length);
  }
  const versions = [...byDegradation.values()];
  const all = versions.flatMap((scores) => [...scores]);
  const realGroups = new Set(reals.map(({ row }) => row.group)).size;
  const level = (rate: number, lowest = Number.NEGATIVE_INFINITY) => {
    const logit = Math.max(lowest, round(thresholdForEach(versions, rate), 4));
    const reached = all.filter((score) => score >= logit).length / all.length;
    return {
      logit,
      falsePositiveRate: round(reached, 5),
      realPictures: reals.length,
      realGroups,
    };
  };
  const unsure = level(rates.unsure);
  const suspicious = level(rates.suspicious, unsure.logit);
  // The rarest level may be too rare for one version to tell, and is then chosen on all together.
  const strong = level(rates.strong, suspicious.logit);
  const thresholds = { unsure, suspicious, strong };

  const perPicture = size * size * 3;
  const sharpnesses = pool.pictures
    .map((_, i) => sharpness(crops.subarray(i * perPicture, (i + 1) * perPicture), size))
    .sort((a, b) => a - b);
  const blurriest = sharpnesses[Math.floor(sharpnesses.length * BLURRIEST_SHARE)] as number;
  const gates = { minFacePx: MIN_FACE_PX, minSharpness: round(blurriest, 1) };

  const heldOutAuc = auc(real, fake);
  const draft: CardDraft = {
    format: 1,
    ...identity,
    status: "trained",
    architecture: {
      name: architecture.name,
      description:
        `${architecture.blocks.length} inverted-residual blocks (${architecture.name}), a 1×1 head of ` +
        `${architecture.headChannels} channels, and two readings of it: one averaged into the ` +
        "logit, one the coarse map",
      parameters: countParameters(parameters),
    },
    inputSize: size,
    cropMargin,
    normalisation: { mean: PIXEL_MEAN, scale: PIXEL_SCALE },
    temperature: round(temperature, 4),
    thresholds,
    gates,
    training: {
      recipe:
        `${recipeOf(settings)}${THRESHOLDS}held-out real pictures, as they are and after ` +
        `${byDegradation.size - 1} degradations, each version by itself where it has enough of them.`,
      ...splitsFitted(settings),
      sources: sourceCounts(teachingSides(rows, settings).fit),
    },
    metrics: [
      {
        name: "auc",
        split: heldOutName(settings),
        scope: "all",
        value: round(heldOutAuc, 4),
        pictures: logits.length,
        groups: new Set(heldOut.map((row) => row.group)).size,
      },
      ...borrowed,
    ],
  };
  const files = await assemblePackage(model, draft);
  const suspiciousReals = Object.fromEntries(
    [...byDegradation].map(([name, scores]) => [
      name,
      scores.filter((score) => score >= thresholds.suspicious.logit).length / scores.length,
    ]),
  );
  const report = { temperature, thresholds, gates, heldOutAuc, suspiciousReals };
  return { files, report };
}

/** Nothing where it is `train` alone, as in every card so far. */
function splitsFitted(settings: StudentRecord): Pick<StudentCard["training"], "splits"> {
  const splits = fittedSplitsOf(settings);
  return isRefit(splits) ? { splits } : {};
}

/** Pictures that were fitted, by source and label. */
function sourceCounts(rows: readonly FaceRow[]): StudentCard["training"]["sources"] {
  const counts = new Map<string, StudentCard["training"]["sources"][number]>();
  for (const { source, label } of rows) {
    if (label === "unlabelled") continue;
    const key = `${label}/${source}`;
    const entry = counts.get(key) ?? { source, label, pictures: 0 };
    entry.pictures += 1;
    counts.set(key, entry);
  }
  return [...counts.keys()].sort().map((key) => counts.get(key) as never);
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

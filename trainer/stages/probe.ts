// Runs the shortcut probe on training batches: fitted on the pictures that training fits, measured on
// the held-out groups, separately for pseudo-fakes and for labelled fakes.

import type { FaceRow } from "../datasets/manifest";
import { readManifest } from "../datasets/manifest";
import { loadPictures } from "../datasets/pictures";
import { auc } from "../evaluation/auc";
import { fitProbe, shortcutFeatures } from "../evaluation/shortcut-probe";
import { BatchMaker } from "../synthesis/batch";
import { batchRecipe, type SuperviseSettings } from "./settings";
import { trainingSplit } from "./sides";

export interface ProbeReport {
  /** AUC of real crops against their own pseudo-fakes. */
  pseudoFakes: number;
  /** AUC of labelled fakes against their real partners. */
  labelled: number;
  fitted: number;
  measured: number;
}

/** @param batches how many batches to fit on; a quarter as many are measured. */
export async function probeBatches(
  data: string,
  settings: SuperviseSettings,
  batches: number,
): Promise<ProbeReport> {
  const { fit, heldOut } = trainingSplit(await readManifest(data), settings);
  const recipe = batchRecipe(settings);
  const pairs = 2 * recipe.pairs;
  const examples = async (rows: readonly FaceRow[], count: number) => {
    const pool = await loadPictures(data, rows);
    const maker = new BatchMaker(pool.bytes, pool.pictures, recipe);
    const perPicture = recipe.inputSize ** 2 * 3;
    const found: { features: number[]; label: number; isPair: boolean }[] = [];
    for (let index = 0; index < count; index++) {
      const { pixels, labels } = await maker.make(index);
      labels.forEach((label, i) => {
        const rgb = pixels.subarray(i * perPicture, (i + 1) * perPicture);
        const features = shortcutFeatures(rgb, recipe.inputSize);
        found.push({ features, label, isPair: i < pairs });
      });
    }
    return found;
  };
  const fitted = await examples(fit, batches);
  const measured = await examples(heldOut, Math.max(1, Math.round(batches / 4)));
  const aucOf = (isPair: boolean) => {
    const own = fitted.filter((example) => example.isPair === isPair);
    const probe = fitProbe(
      own.map(({ features }) => features),
      own.map(({ label }) => label),
    );
    const scores = (label: number) =>
      measured
        .filter((example) => example.isPair === isPair && example.label === label)
        .map(({ features }) => probe(features));
    return auc(scores(0), scores(1));
  };
  return {
    pseudoFakes: aucOf(true),
    labelled: aucOf(false),
    fitted: fitted.length,
    measured: measured.length,
  };
}

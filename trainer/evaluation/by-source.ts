// Scores grouped by source: pooled figures hide everything.
import type { FaceRow } from "../datasets/manifest";
import { auc } from "./auc";

export interface ScoredRow {
  row: FaceRow;
  logit: number;
}

/** Pooled AUC, and each fake source against all reals; for logs during training. */
export function aucBySource(scored: readonly ScoredRow[]): Record<string, number> {
  const real = scored.filter(({ row }) => row.label === "real").map(({ logit }) => logit);
  const result: Record<string, number> = {};
  const fakes = scored.filter(({ row }) => row.label === "fake");
  result.all = auc(
    real,
    fakes.map(({ logit }) => logit),
  );
  for (const source of [...new Set(fakes.map(({ row }) => row.source))].sort()) {
    const own = fakes.filter(({ row }) => row.source === source).map(({ logit }) => logit);
    result[source] = auc(real, own);
  }
  return result;
}

/** Mean logit of each real source: a source that drifts upwards will raise false alarms. */
export function meanLogitOfReals(scored: readonly ScoredRow[]): Record<string, number> {
  const result: Record<string, number> = {};
  const reals = scored.filter(({ row }) => row.label === "real");
  for (const source of [...new Set(reals.map(({ row }) => row.source))].sort()) {
    const own = reals.filter(({ row }) => row.source === source);
    result[source] = own.reduce((sum, { logit }) => sum + logit, 0) / own.length;
  }
  return result;
}

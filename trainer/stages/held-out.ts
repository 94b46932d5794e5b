// The look at held-out faces that teaching and distilling take with every checkpoint.
import type { FaceRow } from "../datasets/manifest";
import { loadPictures, type PicturePool } from "../datasets/pictures";
import { auc } from "../evaluation/auc";
import { aucBySource } from "../evaluation/by-source";
import { cropAll } from "../evaluation/crops";

export interface HeldOut {
  /** Null where there is nothing held out. */
  pool: PicturePool | null;
  rows: FaceRow[];
  /** `[n, size, size, 3]`, as the extension would crop them. */
  crops: Uint8Array;
  /** How many of the rows, the first ones, are not of what `leaveOut` names. */
  known: number;
}

export async function loadHeldOut(
  data: string,
  { heldOut, leftOut }: { heldOut: FaceRow[]; leftOut: FaceRow[] },
  { cropMargin, architecture }: { cropMargin: number; architecture: { inputSize: number } },
  onMessage: (message: string) => void = () => {},
): Promise<HeldOut> {
  const wanted = [...heldOut, ...leftOut];
  if (wanted.length === 0) return { pool: null, rows: [], crops: new Uint8Array(0), known: 0 };
  const pool = await loadPictures(data, wanted);
  sayBroken(pool, onMessage);
  const rows = pool.pictures.map(({ row }) => row);
  const crops = cropAll(pool, cropMargin, architecture.inputSize);
  const unknown = new Set(leftOut);
  return { pool, rows, crops, known: rows.filter((row) => !unknown.has(row)).length };
}

/**
 * AUC of `all` that is held out, of each fake source against all held-out reals, and of what was
 * `leftOut`, if anything was, against its own reals and the held-out ones.
 */
export function heldOutAucs({ rows, known }: HeldOut, logits: Float32Array) {
  const scored = rows.map((row, i) => ({ row, logit: logits[i] as number }));
  const result = aucBySource(scored.slice(0, known));
  if (known === rows.length) return result;
  const logitsOf = (label: string, from: number) =>
    scored.slice(from).flatMap(({ row, logit }) => (row.label === label ? [logit] : []));
  return { ...result, leftOut: auc(logitsOf("real", 0), logitsOf("fake", known)) };
}

export function sayBroken({ broken }: PicturePool, onMessage: (message: string) => void): void {
  for (const { file, reason } of broken) onMessage(`left out ${file}: ${reason}`);
}

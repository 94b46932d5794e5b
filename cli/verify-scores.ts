/** Whether two looks at the same bytes saw the same, within what two machines may differ by. */
import { overlap } from "../model/verdict/overlap";
import type { FaceResult, Verdict } from "../model/verdict/verdict";

/**
 * Backends add in another order and browsers of other versions decode a little differently; a change
 * of the medium or of the method moves logits by far more.
 */
export const logitTolerance = 0.05;

export interface Difference {
  /** What differs: "the medium", "face 2", "0:03, face 1". */
  where: string;
  report: number | null;
  now: number | null;
}

export function compareScores(report: Verdict, now: Verdict): Difference[] {
  const differences: Difference[] = [];
  const compare = (where: string, before: number | null, after: number | null) => {
    const same =
      before === null || after === null
        ? before === after
        : Math.abs(before - after) <= logitTolerance;
    if (!same) differences.push({ where, report: before, now: after });
  };
  compare("the medium", report.logit, now.logit);
  compareFaces(report.faces, now.faces, "", compare);
  const frames = now.frames ?? [];
  for (const [i, frame] of (report.frames ?? []).entries()) {
    const other = frames[i];
    const where = `${(frame.time ?? 0).toFixed(2)} s, `;
    compareFaces(frame.faces, other?.faces ?? [], where, compare);
  }
  return differences;
}

/** Faces may come in another order: each is compared with the one in the same place. */
function compareFaces(
  report: readonly FaceResult[],
  now: readonly FaceResult[],
  where: string,
  compare: (where: string, before: number | null, after: number | null) => void,
): void {
  const left = [...now];
  for (const [i, face] of report.entries()) {
    const [best] = left.toSorted((a, b) => overlap(face.box, b.box) - overlap(face.box, a.box));
    const isThere = best !== undefined && overlap(face.box, best.box) > 0.5;
    if (isThere) left.splice(left.indexOf(best), 1);
    compare(`${where}face ${i + 1}`, face.logit, isThere ? best.logit : null);
  }
  for (const face of left) compare(`${where}a face more`, null, face.logit);
}

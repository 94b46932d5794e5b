/** Whether two looks at the same bytes saw the same, within what two machines may differ by. */
import { overlap } from "../model/verdict/overlap";
import type { FaceResult, Verdict } from "../model/verdict/verdict";

/**
 * Differences of a logit that count as none. Backends add in another order and browsers of other
 * versions decode a little differently; a change of the medium or of the method moves logits by far
 * more. Of a video the browser converts the colours, on a GPU otherwise than on a processor: single
 * frames of one file moved by up to 0.8 between two graphics settings of one Chromium, and the whole
 * by 0.05.
 */
export const logitTolerance = { picture: 0.05, video: 0.25, frame: 1 } as const;

export interface Difference {
  /** What differs: "the medium", "face 2", "0:03, face 1". */
  where: string;
  report: number | null;
  now: number | null;
}

type Compare = (where: string, before: number | null, after: number | null) => void;

export function compareScores(report: Verdict, now: Verdict): Difference[] {
  const differences: Difference[] = [];
  const within =
    (tolerance: number): Compare =>
    (where, before, after) => {
      const same =
        before === null || after === null
          ? before === after
          : Math.abs(before - after) <= tolerance;
      if (!same) differences.push({ where, report: before, now: after });
    };
  const whole = within(report.frames ? logitTolerance.video : logitTolerance.picture);
  whole("the medium", report.logit, now.logit);
  compareFaces(report.faces, now.faces, "", whole);
  for (const frame of report.frames ?? []) {
    const other = now.frames?.find(({ time }) => isSameMoment(time, frame.time));
    const where = `${(frame.time ?? 0).toFixed(2)} s, `;
    compareFaces(frame.faces, other?.faces ?? [], where, within(logitTolerance.frame));
  }
  return differences;
}

/** Seconds; browsers round what they were asked for. */
function isSameMoment(a: number | null, b: number | null): boolean {
  return Math.abs((a ?? 0) - (b ?? 0)) < 0.005;
}

/** Faces may come in another order: each is compared with the one in the same place. */
function compareFaces(
  report: readonly FaceResult[],
  now: readonly FaceResult[],
  where: string,
  compare: Compare,
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

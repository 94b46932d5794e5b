/** One decoded picture or frame → a verdict. */
import { type Calibration, levelOf, scoreOf } from "../calibration/calibration";
import type { Abstention, FaceResult, FrameResult, Verdict } from "./verdict";

/** A verdict that abstains, with its reason. */
export function abstain(reason: Abstention, model: string, detail?: string): Verdict {
  return {
    level: null,
    reason,
    logit: null,
    score: null,
    faces: [],
    ...(detail === undefined ? {} : { detail }),
    model,
  };
}

/** Why nothing could be scored: the reason of the largest face, which is the one people look at. */
export function reasonOf(faces: readonly FaceResult[]): Abstention {
  const [largest] = faces
    .filter((face) => face.reason !== undefined)
    .toSorted((a, b) => b.box[2] * b.box[3] - a.box[2] * a.box[3]);
  return largest?.reason ?? "no-face";
}

/** The strongest scored face decides: one manipulated face makes a manipulated picture. */
export function pictureVerdict(
  frame: FrameResult,
  calibration: Calibration,
  model: string,
): Verdict {
  const logits = frame.faces.flatMap(({ logit }) => (logit === null ? [] : [logit]));
  if (logits.length === 0) {
    return { ...abstain(reasonOf(frame.faces), model), faces: frame.faces };
  }
  const logit = Math.max(...logits);
  return {
    level: levelOf(logit, calibration),
    reason: null,
    logit,
    score: scoreOf(logit, calibration),
    faces: frame.faces,
    model,
  };
}

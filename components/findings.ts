/** Reads out of a verdict what a card says in words: which faces, and when in a video. */
import {
  type FaceResult,
  type FrameResult,
  isFlagged,
  type Level,
  levels,
  type Verdict,
} from "../model/verdict/verdict";

export interface RankedFace {
  face: FaceResult;
  /** Index in `verdict.faces`, and so of its thumbnail. */
  index: number;
  /** Level of this face; null where it was not scored or is not known. */
  level: Level | null;
}

/**
 * Faces of a verdict with the strongest signs first, unscored ones last. A face without a level of
 * its own takes the medium's where it is the one the medium's level was read from (the highest).
 */
export function rankFaces(verdict: Verdict): RankedFace[] {
  const highest = Math.max(...verdict.faces.map((face) => face.logit ?? Number.NEGATIVE_INFINITY));
  return verdict.faces
    .map((face, index) => ({
      face,
      index,
      level: face.level ?? (face.logit !== null && face.logit === highest ? verdict.level : null),
    }))
    .toSorted(
      (a, b) =>
        rank(b.level) - rank(a.level) ||
        (b.face.logit ?? Number.NEGATIVE_INFINITY) - (a.face.logit ?? Number.NEGATIVE_INFINITY) ||
        a.index - b.index,
    );
}

const rank = (level: Level | null) => (level ? levels.indexOf(level) : -1);

export interface VideoFindings {
  /** Frames looked at, and those in which at least one face was scored. */
  looked: number;
  withFace: number;
  /** First and last position looked at, seconds. */
  span: [from: number, to: number];
  /** Frames with a flagged face, and their first and last position; null where levels are not known. */
  flagged: { frames: number; span: [from: number, to: number] } | null;
}

/** Null for a picture, and for a video of which no frame was looked at. */
export function videoFindings(verdict: Verdict): VideoFindings | null {
  const frames = verdict.frames?.filter((frame) => frame.time !== null) ?? [];
  if (frames.length === 0) return null;
  const flagged = frames.filter((frame) =>
    frame.faces.some((face) => isFlagged(face.level ?? null)),
  );
  return {
    looked: frames.length,
    withFace: frames.filter((frame) => frame.faces.some((face) => face.logit !== null)).length,
    span: extent(frames),
    flagged: flagged.length > 0 ? { frames: flagged.length, span: extent(flagged) } : null,
  };
}

/** Earliest and latest position; sampled order is not playing order once somebody seeks. */
function extent(frames: FrameResult[]): [number, number] {
  const times = frames.map((frame) => frame.time ?? 0);
  return [Math.min(...times), Math.max(...times)];
}

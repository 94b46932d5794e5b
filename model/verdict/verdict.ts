/**
 * What the detector says of a face, a frame and a medium. These types are the only vocabulary that
 * the badges, the popup, the command line and reports share, so a verdict means the same in all.
 */

/** How strong the signs of manipulation are; the order is from weak to strong. */
export const levels = ["no-sign", "unsure", "suspicious", "strong"] as const;
export type Level = (typeof levels)[number];

/** Why there is no level. `not-scanned` covers media that were skipped on purpose. */
export const abstentions = [
  "no-face",
  "too-small",
  "too-blurred",
  "unreadable",
  "not-scanned",
] as const;
export type Abstention = (typeof abstentions)[number];

/** `[x, y, width, height]` in pixels of the picture or frame it belongs to, origin at top left. */
export type Box = [x: number, y: number, width: number, height: number];

/** Where in the crop the signs lie: one logit a cell, row by row, over the square that was scored. */
export interface CoarseMap {
  width: number;
  height: number;
  logits: number[];
}

export interface FaceResult {
  box: Box;
  /** Square that was cropped for the student, same pixels as `box`; absent where not scored. */
  square?: Box;
  /** Raw logit of manipulation; null where the face was not scored. */
  logit: number | null;
  /** Calibrated logit through a sigmoid, 0 to 1. A rank of signs, not the chance of being fake. */
  score: number | null;
  /**
   * Level of this face alone, read from its logit with the thresholds of its medium; absent where
   * not scored. Cards use it to say which faces, and which frames of a video, show signs.
   */
  level?: Level;
  reason?: Extract<Abstention, "too-small" | "too-blurred">;
  map?: CoarseMap;
  /** Number of the face track in a video. */
  track?: number;
}

/** One decoded picture or sampled frame. */
export interface FrameResult {
  /** Seconds from the start of the video; null for a still picture. */
  time: number | null;
  width: number;
  height: number;
  faces: FaceResult[];
}

/** Verdict on one medium: either a level, or the reason there is none. */
export interface Verdict {
  level: Level | null;
  reason: Abstention | null;
  /** Logit and score that the level was read from; null with an abstention. */
  logit: number | null;
  score: number | null;
  /** Faces of a picture, or of a video one per track with the track's robust mean as its logit. */
  faces: FaceResult[];
  /** Videos only: every sampled frame, in the order sampled. */
  frames?: FrameResult[];
  /** Short plain detail for an abstention ("the file is damaged"), never shown as a verdict. */
  detail?: string;
  /** `name version` of the student package that scored it. */
  model: string;
}

/** True where a person should be shown a flag. */
export function isFlagged(level: Level | null): boolean {
  return level === "suspicious" || level === "strong";
}

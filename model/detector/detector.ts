/**
 * Pixels → scored faces: finds the faces, crops each as in training, gates, scores, calibrates.
 * Knows nothing of files, workers or pages.
 */
import type { Calibration } from "../calibration/calibration";
import { gateOf, levelOf, scoreOf } from "../calibration/calibration";
import type { FaceFinder, Viewable } from "../faces/face-finder";
import type { RgbaView } from "../faces/pixel-canvas";
import type { Student } from "../package/student";
import { faceSquare, resampleReach, resampleSquare } from "../student/crop";
import { sharpness } from "../student/sharpness";
import type { Box, FaceResult, FrameResult } from "../verdict/verdict";
import type { FoundFace, FoundFaces } from "./types";

/** A picture that also gives exact pixels. */
export interface Croppable extends Viewable {
  /** Whole pixels inside the picture, as they are. */
  cut(rectangle: Box): RgbaView;
}

/** Faces scored in one video frame; the border accepts as many crops. */
export const maxVideoFaces = 16;

export interface Scored {
  frame: FrameResult;
  cropMs: number;
  studentMs: number;
}

/** Finds the faces of a whole picture; `cut`s are given for all that may be scored. */
export function findInPicture(picture: Viewable, finder: FaceFinder, student: Student): FoundFaces {
  const { minFacePx } = student.card.gates;
  const faces = finder.find(picture, { minFacePx, tiles: true });
  const { width, height } = picture;
  return {
    width,
    height,
    faces: faces.map(({ box, confidence }) => found(box, confidence, width, height, student)),
  };
}

/** Finds the faces of a full frame of `width` × `height` on a reduced copy of it. */
export function findInFrame(
  reduced: Viewable,
  width: number,
  height: number,
  finder: FaceFinder,
  student: Student,
): FoundFaces {
  const across = width / reduced.width;
  const down = height / reduced.height;
  const minFacePx = student.card.gates.minFacePx / Math.max(across, down);
  const faces = finder.find(reduced, { minFacePx, tiles: false }).map(({ box, confidence }) => {
    const full: Box = [box[0] * across, box[1] * down, box[2] * across, box[3] * down];
    return found(full, confidence, width, height, student);
  });
  // Largest first, so those beyond the limit are the smallest.
  return { width, height, faces: faces.slice(0, maxVideoFaces) };
}

function found(
  box: Box,
  confidence: number,
  width: number,
  height: number,
  { card }: Student,
): FoundFace {
  const { x, y, size } = faceSquare(box, card.cropMargin);
  const square: Box = [x, y, size, size];
  const face = { box, confidence, square };
  if (gateOf(Math.max(box[2], box[3]), undefined, card)) return { ...face, reason: "too-small" };
  // With what the filter reads beyond the square, or the student would see a border of repeated
  // pixels that it never saw in training.
  const reach = resampleReach({ size }, card.inputSize);
  const left = Math.max(0, Math.floor(x - reach));
  const top = Math.max(0, Math.floor(y - reach));
  const right = Math.min(Math.floor(width), Math.ceil(x + size + reach));
  const bottom = Math.min(Math.floor(height), Math.ceil(y + size + reach));
  return { ...face, cut: [left, top, Math.max(1, right - left), Math.max(1, bottom - top)] };
}

/**
 * Scores found faces. `cropOf` gives the pixels of a face's `cut`, possibly reduced evenly.
 *
 * @param time seconds into the video, null for a picture.
 */
export async function scoreFaces(
  { width, height, faces }: FoundFaces,
  cropOf: (face: FoundFace & { cut: Box }, index: number) => RgbaView,
  time: number | null,
  student: Student,
): Promise<Scored> {
  const results: FaceResult[] = [];
  let cropMs = 0;
  let studentMs = 0;
  let wanted = 0;
  for (const face of faces) {
    const { box, square, cut } = face;
    if (!cut) {
      results.push({ box, logit: null, score: null, reason: "too-small" });
      continue;
    }
    const start = performance.now();
    const crop = studentInput(square, cut, cropOf({ ...face, cut }, wanted++), student);
    const reason = gateOf(
      Math.max(box[2], box[3]),
      sharpness(crop, student.card.inputSize),
      student.card,
    );
    cropMs += performance.now() - start;
    if (reason) {
      results.push({ box, square, logit: null, score: null, reason });
      continue;
    }
    const from = performance.now();
    results.push({ box, square, ...(await scoreOne(crop, student)) });
    studentMs += performance.now() - from;
  }
  // Unscored faces keep their order, largest first.
  results.sort((a, b) => (b.logit ?? -Infinity) - (a.logit ?? -Infinity) || 0);
  return { frame: { time, width, height, faces: results }, cropMs, studentMs };
}

/** The square in the crop's own pixels, resampled; what lies past the frame repeats its edge. */
function studentInput(square: Box, cut: Box, crop: RgbaView, { card }: Student) {
  const across = crop.width / cut[2];
  const down = crop.height / cut[3];
  if (Math.abs(across / down - 1) > 0.1)
    throw new RangeError(`a crop of ${crop.width}×${crop.height} for ${cut[2]}×${cut[3]} pixels`);
  return resampleSquare(
    // By name: a browser's ImageData has getters, which a spread would lose.
    { data: crop.data, width: crop.width, height: crop.height, channels: 4 },
    {
      x: (square[0] - cut[0]) * across,
      y: (square[1] - cut[1]) * down,
      size: square[2] * across,
    },
    card.inputSize,
  );
}

/** One face at a time: WebGL compiles its shaders anew for every batch size. */
async function scoreOne(crop: Uint8ClampedArray, student: Student) {
  const { logits, maps, mapSize } = await student.predict(crop);
  const logit = logits[0] as number;
  if (!Number.isFinite(logit)) throw new Error("the student's answer is not a number");
  return {
    logit,
    score: scoreOf(logit, student.card),
    level: levelOf(logit, student.card),
    map: { width: mapSize[1], height: mapSize[0], logits: Array.from(maps) },
  };
}

/** The card's part that turns logits into levels, and nothing else of it. */
export function calibrationOf({ card }: Student): Calibration {
  const { temperature, thresholds, gates } = card;
  return {
    temperature,
    thresholds: {
      unsure: { logit: thresholds.unsure.logit },
      suspicious: { logit: thresholds.suspicious.logit },
      strong: { logit: thresholds.strong.logit },
    },
    gates,
  };
}

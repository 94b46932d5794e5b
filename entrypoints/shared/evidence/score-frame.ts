/**
 * Scores a frame as a page's frames are scored: faces are found on a reduced copy, and the student
 * sees them in sharp pixels. A full search of every frame of a large video would take hours.
 */
import type { FoundFaces, ScoredFrame } from "../../../model/detector/types";
import type { Box, FaceResult } from "../../../model/verdict/verdict";
import type { DetectorWorker } from "../../offscreen/detector-worker";
import { clampBox, cropFrame, reduceFrame } from "../../page.content/video/frame-pixels";

/** @throws FrameError, DetectorError */
export async function scoreFrame(
  frame: ImageBitmap,
  time: number,
  detector: DetectorWorker,
): Promise<ScoredFrame> {
  const found = await detector.findFaces(reduceFrame(frame), frame.width, frame.height);
  return score(frame, found, time, detector);
}

/**
 * Scores faces that are known already, in another version of their picture.
 *
 * @param place of a box of the known picture in this version of it.
 * @throws FrameError, DetectorError
 */
export function scoreSameFaces(
  picture: ImageBitmap,
  faces: readonly FaceResult[],
  place: (box: Box) => Box,
  detector: DetectorWorker,
): Promise<ScoredFrame> {
  const { width, height } = picture;
  const found: FoundFaces = {
    width,
    height,
    faces: faces.flatMap(({ box, square }) => {
      if (!square) return [];
      const placed = place(square);
      const cut = cutOf(placed, width, height);
      return [{ box: place(box), confidence: 1, square: placed, cut }];
    }),
  };
  return score(picture, found, 0, detector);
}

function score(picture: ImageBitmap, found: FoundFaces, time: number, detector: DetectorWorker) {
  const crops = found.faces.flatMap(({ cut }) => (cut ? [cropFrame(picture, cut)] : []));
  return detector.scoreCrops(found, crops, time);
}

/** The whole pixels of a square that lie inside the picture. */
function cutOf([x, y, width, height]: Box, pictureWidth: number, pictureHeight: number): Box {
  const left = Math.floor(x);
  const top = Math.floor(y);
  const outside: Box = [left, top, Math.ceil(x + width) - left, Math.ceil(y + height) - top];
  return clampBox(outside, pictureWidth, pictureHeight);
}

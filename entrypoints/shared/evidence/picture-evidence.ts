/** One picture's bytes → verdict, crops and preview, and how the verdict bears the web's treatments. */

import { maxVideoFaces } from "../../../model/detector/detector";
import { pictureVerdict } from "../../../model/verdict/picture";
import type { Box, FaceResult, Verdict } from "../../../model/verdict/verdict";
import { FrameError } from "../../offscreen/detector-worker";
import { decodeBitmap, inspectPicture, PictureRefused } from "../../offscreen/picture";
import type { Evidence, Stability } from "./evidence";
import type { EvidenceServices } from "./request";
import { scoreSameFaces } from "./score-frame";
import { smallPicture } from "./small-picture";
import { treatments } from "./treatments";

export const previewPx = 640;
export const cropPx = 224;
/** Treating a larger picture would take the memory of several, and minutes. */
const maxTreatedPixels = 24_000_000;
/** Of a crowd, the faces with the strongest signs. */
const maxCrops = 32;
/** A face that was not scored has no square; this is its surroundings, as a multiple of its box. */
const unscoredMargin = 1.3;

export interface ExaminedPicture {
  evidence: Pick<Evidence, "verdict" | "width" | "height" | "crops" | "preview">;
  /** For the treatments; null where there is nothing to treat. The caller closes it. */
  bitmap: ImageBitmap | null;
}

/** @throws DetectorError, Error where the file cannot be read (any more). */
export async function examinePicture(
  file: Blob,
  sha256: string,
  { detector }: EvidenceServices,
): Promise<ExaminedPicture> {
  const { verdict, width, height, thumbnails } = await detector.analysePicture(
    await file.arrayBuffer(),
    sha256,
  );
  const bitmap = await decoded(file);
  if (!bitmap) return { evidence: { verdict, width, height, crops: [] }, bitmap: null };
  const preview = await smallPicture(bitmap, [0, 0, bitmap.width, bitmap.height], previewPx);
  // An animation's faces come from several of its frames, of which the bitmap is the first alone.
  const moving = verdict.faces.some(({ track }) => track !== undefined);
  const crops = moving ? thumbnails : await cropsOf(bitmap, verdict.faces.slice(0, maxCrops));
  const treatable =
    verdict.level !== null && !moving && bitmap.width * bitmap.height <= maxTreatedPixels;
  if (!treatable) bitmap.close();
  return {
    evidence: {
      verdict,
      width: width || bitmap.width,
      height: height || bitmap.height,
      crops,
      preview,
    },
    bitmap: treatable ? bitmap : null,
  };
}

/** As the detector decodes it; null where the detector would refuse it, too. */
async function decoded(file: Blob): Promise<ImageBitmap | null> {
  const bytes = await file.arrayBuffer();
  try {
    return await decodeBitmap(bytes, inspectPicture(new Uint8Array(bytes)));
  } catch (error) {
    if (!(error instanceof PictureRefused)) throw error;
    return null;
  }
}

function cropsOf(bitmap: ImageBitmap, faces: readonly FaceResult[]): Promise<string[]> {
  return Promise.all(faces.map((face) => smallPicture(bitmap, squareOf(face), cropPx)));
}

/** The scored square, or one like it. */
export function squareOf({ square, box: [x, y, width, height] }: FaceResult): Box {
  if (square) return square;
  const side = Math.max(width, height) * unscoredMargin;
  return [x + (width - side) / 2, y + (height - side) / 2, side, side];
}

/**
 * The verdict on the picture after each treatment, from the same faces through the same gates and
 * student: a face that is merely not found again says nothing of how stable its score is.
 *
 * @throws DetectorError; whatever `signal` was aborted with.
 */
export async function* stabilityOf(
  bitmap: ImageBitmap,
  { faces }: Verdict,
  { detector }: EvidenceServices,
  signal: AbortSignal,
): AsyncGenerator<Stability, void> {
  const { calibration, model } = await detector.describe();
  const strongest = faces.slice(0, maxVideoFaces);
  const around = surroundingsOf(strongest, bitmap);
  const part = await createImageBitmap(bitmap, ...around);
  const inPart = ([x, y, width, height]: Box): Box => [x - around[0], y - around[1], width, height];
  try {
    for (const { name, apply, place } of treatments) {
      signal.throwIfAborted();
      const treated = await apply(part);
      try {
        const placed = (box: Box) => place?.(inPart(box), part) ?? inPart(box);
        const { frame } = await scoreSameFaces(treated, strongest, placed, detector);
        const { logit, score, level } = pictureVerdict(frame, calibration, model);
        yield { treatment: name, logit, score, level };
      } catch (error) {
        // This treatment is lost to a hang or a crash; the others need not be.
        if (!(error instanceof FrameError)) throw error;
      } finally {
        treated.close();
      }
    }
  } finally {
    part.close();
  }
}

/** Sides of the blocks that JPEG and WebP work in: on this grid a part is encoded like the whole. */
const blockPx = 16;
/** More than is cut off, and than blur reaches. */
const roomPx = 32;

/** The part of a picture that holds all scored squares: treating the rest would only take time. */
function surroundingsOf(faces: readonly FaceResult[], { width, height }: ImageBitmap): Box {
  const squares = faces.flatMap(({ square }) => (square ? [square] : []));
  const toGrid = (px: number) => Math.floor(px / blockPx) * blockPx;
  const left = toGrid(Math.max(0, Math.min(...squares.map(([x]) => x)) - roomPx));
  const top = toGrid(Math.max(0, Math.min(...squares.map(([, y]) => y)) - roomPx));
  const right = Math.ceil(Math.max(...squares.map(([x, , side]) => x + side)) + roomPx);
  const bottom = Math.ceil(Math.max(...squares.map(([, y, , side]) => y + side)) + roomPx);
  return [left, top, Math.min(width, right) - left, Math.min(height, bottom) - top];
}

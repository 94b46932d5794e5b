/** One picture's bytes → verdict, crops and preview, and how the verdict bears the web's treatments. */
import { pictureVerdict } from "../../../model/verdict/picture";
import type { Box, FaceResult } from "../../../model/verdict/verdict";
import { FrameError } from "../../offscreen/detector-worker";
import { decodeBitmap, inspectPicture, PictureRefused } from "../../offscreen/picture";
import type { Evidence, Stability } from "./evidence";
import type { EvidenceServices } from "./request";
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
 * The verdict on the picture after each treatment, through the same detector.
 *
 * @throws DetectorError; whatever `signal` was aborted with.
 */
export async function* stabilityOf(
  bitmap: ImageBitmap,
  { detector }: EvidenceServices,
  signal: AbortSignal,
): AsyncGenerator<Stability, void> {
  const { calibration, model } = await detector.describe();
  for (const { name, apply } of treatments) {
    signal.throwIfAborted();
    try {
      const { frame } = await detector.analyseFrame(await apply(bitmap), 0);
      const { logit, score, level } = pictureVerdict(frame, calibration, model);
      yield { treatment: name, logit, score, level };
    } catch (error) {
      // This treatment is lost to a hang or a crash; the others need not be.
      if (!(error instanceof FrameError)) throw error;
    }
  }
}

/**
 * The detector behind a promise API: decoding, face finding and the student run in a dedicated
 * worker, so that no extension page ever stops painting. The offscreen document owns one; the
 * command line's scan page starts several.
 */
import type { BackendName } from "../../model/backend/backend";
import type {
  DetectorDescription,
  FoundFaces,
  PictureAnalysis,
  RgbaPixels,
  ScoredFrame,
} from "../../model/detector/types";

export interface DetectorWorkerOptions {
  /** Forces a backend; left out, a timed probe chooses. */
  backend?: BackendName;
}

/** The detector itself cannot work (damaged package, no backend); its message is fit for people. */
export class DetectorError extends Error {
  override name = "DetectorError";
}

export interface DetectorWorker {
  /** Resolves once the detector is ready. @throws DetectorError if it cannot start. */
  describe(): Promise<DetectorDescription>;
  /**
   * Analyses a picture file. The buffer is transferred: the caller's becomes empty.
   * Damaged or hostile files resolve with `verdict.reason` "unreadable" (or "not-scanned") and a
   * plain `verdict.detail`.
   *
   * @throws DetectorError if the detector itself cannot work.
   */
  analysePicture(bytes: ArrayBuffer): Promise<PictureAnalysis>;
  /** Analyses one whole frame (an ImageBitmap or VideoFrame; transferred). `time` in seconds. */
  analyseFrame(frame: ImageBitmap | VideoFrame, time: number): Promise<ScoredFrame>;
  /**
   * First half of a video frame: faces on a reduced copy of it.
   *
   * @param width width of the full frame, pixels (`height` likewise).
   */
  findFaces(reduced: RgbaPixels, width: number, height: number): Promise<FoundFaces>;
  /** Second half: one crop for every found face that has a `cut`, in that order; transferred. */
  scoreCrops(found: FoundFaces, crops: RgbaPixels[], time: number): Promise<ScoredFrame>;
  /** Ends the worker; pending calls reject. */
  close(): void;
}

/** Starts a worker. It restarts itself when a step hangs or crashes it. */
export function createDetectorWorker(_options: DetectorWorkerOptions = {}): DetectorWorker {
  throw new DetectorError("the detector is not built yet");
}

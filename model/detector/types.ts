/** What goes into the detector and comes out of it; plain data that can be posted to a worker. */
import type { BackendName, ProbeResult } from "../backend/backend";
import type { Calibration } from "../calibration/calibration";
import type { Box, FrameResult, Verdict } from "../verdict/verdict";

/** Pixels as a canvas gives them: RGBA, 8 bits, row by row. */
export interface RgbaPixels {
  width: number;
  height: number;
  rgba: ArrayBuffer;
}

/** One face of a frame, before it is scored. */
export interface FoundFace {
  /** The face detector's box, pixels of the full frame. */
  box: Box;
  /** The face detector's own confidence, 0 to 1: that this is a face. */
  confidence: number;
  /** The student's square around it, pixels of the full frame; it may reach past the edges. */
  square: Box;
  /** Set where the face will not be scored; such a face has no `cut`. */
  reason?: "too-small";
  /**
   * Whole pixels of the full frame that the student needs: the square, rounded outwards and
   * clipped to the frame. The crop sent to `scoreCrops` is exactly this rectangle (it may have
   * been reduced evenly; its own size says by how much).
   */
  cut?: Box;
}

/** Faces of one frame. Crops are wanted for those that have a `cut`, in this order. */
export interface FoundFaces {
  width: number;
  height: number;
  faces: FoundFace[];
}

export interface ScoredFrame {
  /** Faces with the strongest signs first, those not scored last. */
  frame: FrameResult;
  /** `data:image/…` URLs: `thumbnails[i]` shows `frame.faces[i]`; at most eight, scored faces only. */
  thumbnails: string[];
}

/** Milliseconds of each step of one picture. */
export interface StepTimes {
  decodeMs: number;
  facesMs: number;
  cropMs: number;
  studentMs: number;
}

/** What became of one picture file. A file that cannot be read is an answer too, not an error. */
export interface PictureAnalysis extends ScoredFrame {
  verdict: Verdict;
  /** Size in pixels after EXIF orientation; 0 where it could not be read. */
  width: number;
  height: number;
  /** SHA-256 of the file's bytes, hexadecimal. */
  sha256: string;
  times: StepTimes;
}

/** The detector as it runs: for reports, the command line and tests. */
export interface DetectorDescription {
  backend: BackendName;
  probes: ProbeResult[];
  /** `name version` of the student package. */
  model: string;
  modelName: string;
  modelVersion: string;
  /** False for a package whose head was never trained: its verdicts mean nothing. */
  trained: boolean;
  /** For `VideoVerdict` and for reports. */
  calibration: Calibration;
}

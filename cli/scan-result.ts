/** The shape of `scan --json`: one element a file. Researchers' scripts read it: keep it stable. */
import type { MediaKind } from "../components/words";
import type { Scanned } from "../entrypoints/scan/scanner";
import type { Evidence } from "../entrypoints/shared/evidence/evidence";
import type { Abstention, Box, FaceResult, Level } from "../model/verdict/verdict";
import type { FoundFile } from "./find-media";

export interface ScanFace {
  /** `[x, y, width, height]` in source pixels. */
  box: Box;
  /** Null where the face was not scored; `reason` then says why. */
  logit: number | null;
  score: number | null;
  reason?: NonNullable<FaceResult["reason"]>;
}

export interface ScanFrame {
  /** Seconds from the start. */
  time: number;
  faces: ScanFace[];
}

export interface ScanResult {
  file: string;
  /** Null where the file could not even be opened. */
  kind: MediaKind | null;
  level: Level | null;
  /** Why there is no level. */
  reason: Abstention | null;
  /** Calibrated, 0 to 1: a rank of how strong the signs are, not the chance of being fake. */
  score: number | null;
  logit: number | null;
  /** Of a video: one for each person followed, where that face showed the strongest signs. */
  faces: ScanFace[];
  frames?: ScanFrame[];
  /** `name version` of the student; null where it never came to be asked. */
  model: string | null;
  error?: string;
}

export function resultOf(found: FoundFile, { kind, verdict, error }: Scanned): ScanResult {
  return {
    file: found.file,
    kind: kind ?? found.kind,
    level: verdict.level,
    reason: verdict.reason,
    score: verdict.score,
    logit: verdict.logit,
    faces: verdict.faces.map(faceOf),
    ...(verdict.frames && {
      frames: verdict.frames.map(({ time, faces }) => ({
        time: time ?? 0,
        faces: faces.map(faceOf),
      })),
    }),
    model: verdict.model || null,
    ...(error === undefined ? {} : { error }),
  };
}

/** Of a medium that an earlier run has looked at. */
export function resultOfEvidence(found: FoundFile, { kind, verdict }: Evidence): ScanResult {
  const unread = verdict.reason === "unreadable" || verdict.reason === "not-scanned";
  const error = unread ? (verdict.detail ?? "it could not be read") : undefined;
  return resultOf(found, { kind, verdict, ...(error && { error }) });
}

/** For a file that no detector has seen. */
export function unreadResult(found: FoundFile, error: string, model: string | null): ScanResult {
  return {
    file: found.file,
    kind: found.kind,
    level: null,
    reason: "unreadable",
    score: null,
    logit: null,
    faces: [],
    model,
    error,
  };
}

function faceOf({ box, logit, score, reason }: FaceResult): ScanFace {
  return { box, logit, score, ...(reason && { reason }) };
}

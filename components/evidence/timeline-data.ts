/** A video's verdict as the timeline draws it: moments in playing order, one line a face track. */
import type { FrameResult, Verdict } from "../../model/verdict/verdict";
import { strengthOf, type Thresholds } from "./strength";

export interface TimelineFrame extends FrameResult {
  time: number;
}

export interface TimelineTrack {
  track: number;
  /** As in the list of faces, from 1. */
  number: number;
  /** By frame; null where the face was not scored. */
  strengths: (number | null)[];
}

/** Sampled order is not playing order once somebody seeks. */
export function framesInOrder(verdict: Verdict): TimelineFrame[] {
  return (verdict.frames ?? [])
    .filter((frame): frame is TimelineFrame => frame.time !== null)
    .toSorted((a, b) => a.time - b.time);
}

/** Tracks with the strongest signs first, at most `most`; those never scored have no line. */
export function timelineTracks(
  verdict: Verdict,
  frames: readonly TimelineFrame[],
  thresholds: Thresholds,
  most: number,
): TimelineTrack[] {
  return verdict.faces
    .flatMap(({ track, logit }, index) =>
      track === undefined || logit === null ? [] : [{ track, number: index + 1 }],
    )
    .slice(0, most)
    .map(({ track, number }) => ({
      track,
      number,
      strengths: frames.map(({ faces }) => {
        const logit = faces.find((face) => face.track === track)?.logit ?? null;
        return logit === null ? null : strengthOf(logit, thresholds);
      }),
    }));
}

/** Index of the frame with the strongest face; 0 where none was scored. */
export function strongestFrame(frames: readonly TimelineFrame[]): number {
  let strongest = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (const [index, { faces }] of frames.entries()) {
    for (const { logit } of faces) {
      if (logit === null || logit <= highest) continue;
      highest = logit;
      strongest = index;
    }
  }
  return strongest;
}

/** Index of the frame nearest to a moment; 0 for an empty list. */
export function nearestFrame(frames: readonly { time: number }[], time: number): number {
  let nearest = 0;
  for (const [index, frame] of frames.entries()) {
    const best = frames[nearest]?.time ?? 0;
    if (Math.abs(frame.time - time) < Math.abs(best - time)) nearest = index;
  }
  return nearest;
}

// Whose face a video is about. A label says that somebody in it was manipulated and not who, so of
// several people only the one that fills most of it is taken, in every frame the same one.
import type { Box } from "../../model/verdict/verdict";

/** Sampled frames lie seconds apart: a face is the same if its middle moved less, in its own widths. */
const SAME_FACE_MOVE = 1;

/** Faces of one frame, each with its box in pixels of the frame. */
export interface FacesOfFrame<F extends { box: Box }> {
  faces: readonly F[];
}

interface Track<F> {
  last: Box;
  area: number;
  /** Face by the number of its frame in the list. */
  faces: Map<number, F>;
}

/**
 * The face of the largest track by the sum of its areas, for each frame; null where it is not seen.
 *
 * @param frames in the order of time.
 */
export function subjectOf<F extends { box: Box }>(
  frames: readonly FacesOfFrame<F>[],
): (F | null)[] {
  const tracks: Track<F>[] = [];
  for (const [number, { faces }] of frames.entries()) {
    const pairs = faces
      .flatMap((face) =>
        tracks.map((track) => ({ face, track, moved: move(track.last, face.box) })),
      )
      .filter(({ moved }) => moved < SAME_FACE_MOVE)
      .toSorted((a, b) => a.moved - b.moved);
    const placed = new Map<F, Track<F>>();
    const taken = new Set<Track<F>>();
    for (const { face, track } of pairs) {
      if (placed.has(face) || taken.has(track)) continue;
      placed.set(face, track);
      taken.add(track);
    }
    for (const face of faces) {
      const track = placed.get(face) ?? { last: face.box, area: 0, faces: new Map<number, F>() };
      if (!placed.has(face)) tracks.push(track);
      track.last = face.box;
      track.area += face.box[2] * face.box[3];
      track.faces.set(number, face);
    }
  }
  const [first, ...others] = tracks;
  if (!first) return frames.map(() => null);
  const largest = others.reduce((a, b) => (b.area > a.area ? b : a), first);
  return frames.map((_, number) => largest.faces.get(number) ?? null);
}

/** How far the middle moved, in widths of the larger box. */
function move(a: Box, b: Box): number {
  const away = Math.hypot(a[0] + a[2] / 2 - b[0] - b[2] / 2, a[1] + a[3] / 2 - b[1] - b[3] / 2);
  return away / Math.max(a[2], b[2]);
}

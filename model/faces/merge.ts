/** Several looks at one picture see the same face several times; this keeps one box of each. */
import { containment, overlap } from "../verdict/overlap";
import type { RawFace } from "./blaze-face";

/** As MediaPipe suppresses inside one look. */
const sameFaceOverlap = 0.3;
/** A box this much inside another is a part of that face cut by a tile's edge. */
const sameFaceContainment = 0.7;
/** Mouths, chins and collars pass for small faces at the edge of a large one. */
const partOfFace = { containment: 0.25, timesSmaller: 1.8 };

export function isSameFace(a: RawFace, b: RawFace): boolean {
  const inside = containment(a.box, b.box);
  const ratio = a.box[2] / b.box[2];
  const timesSmaller = Math.max(ratio, 1 / ratio);
  return (
    overlap(a.box, b.box) > sameFaceOverlap ||
    inside > sameFaceContainment ||
    (inside > partOfFace.containment && timesSmaller > partOfFace.timesSmaller)
  );
}

/** Adds to `kept` those of `more` that it does not hold yet; earlier faces win, then the surer. */
export function addNewFaces<F extends RawFace>(kept: readonly F[], more: readonly F[]): F[] {
  const all = [...kept];
  for (const face of more.toSorted((a, b) => b.confidence - a.confidence)) {
    if (!all.some((other) => isSameFace(face, other))) all.push(face);
  }
  return all;
}

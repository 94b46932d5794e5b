// How often a teacher looks at a face: as it is, in the mirror, and from further away. What it says of one
// face is better founded as the mean of what it says of several views (test-time augmentation;
// Krizhevsky et al., NIPS 2012, section 4.1), which the student then gives at a single look (Radosavovic
// et al., "Data distillation", CVPR 2018).
import { avgPool, image, reverse, type Tensor3D, type Tensor4D } from "@tensorflow/tfjs-core";

/** `once`: as it is. `mirrored`: in the mirror too. `halved`: both at half the size too. */
export type Glances = "once" | "mirrored" | "halved";

export interface Glance {
  /** `[n, side, side, 3]`, and the same face as it is seen. */
  see(faces: Tensor4D): Tensor4D;
  /** `[n, rows, columns]`: a map of what was seen, laid over the face as it is. */
  back(map: Tensor3D): Tensor3D;
}

const ONCE: Glance = { see: (faces) => faces, back: (map) => map };
const MIRRORED: Glance = { see: (faces) => reverse(faces, 2), back: (map) => reverse(map, 2) };

/** The first is the face as it is. */
export function glancesOf(how: Glances): Glance[] {
  const near = how === "once" ? [ONCE] : [ONCE, MIRRORED];
  if (how !== "halved") return near;
  return [
    ...near,
    ...near.map(({ see, back }) => ({ see: (faces: Tensor4D) => see(halved(faces)), back })),
  ];
}

/** At half the size and enlarged again. */
function halved(faces: Tensor4D): Tensor4D {
  const [, rows, columns] = faces.shape;
  return image.resizeBilinear(avgPool(faces, 2, 2, "same"), [rows, columns], false, true);
}

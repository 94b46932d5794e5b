// Whose face is put into another's place.
import type { FaceRow } from "../datasets/manifest";
import { type PicturePool, type PooledPicture, pixelsOf } from "../datasets/pictures";
import { cutFace, type Face } from "./face";
import { poseDistance } from "./face-regions";

/**
 * Faces looked at for one that is turned alike: a frontal face warped into a profile is a smear that
 * any network sees (Li et al. 2020, Face X-ray, take the nearest landmarks as well).
 */
const CANDIDATES = 12;

/**
 * The piece of another person's face, of those drawn the one most alike in pose where landmarks tell.
 *
 * @param draw draws one picture.
 */
export function donorFor(
  pool: Pick<PicturePool, "bytes">,
  { row }: PooledPicture,
  draw: () => PooledPicture,
): Face {
  let donor: PooledPicture | null = null;
  let least = Infinity;
  for (let i = 0; i < CANDIDATES; i++) {
    const candidate = draw();
    if (candidate.row.group === row.group) continue;
    const distance = poseAway(row, candidate.row);
    if (!donor || distance < least) [donor, least] = [candidate, distance];
    if (!row.landmarks) break;
  }
  return faceOf(pool, donor ?? draw());
}

function poseAway(a: FaceRow, b: FaceRow): number {
  return a.landmarks && b.landmarks ? poseDistance(a.landmarks, b.landmarks) : Infinity;
}

/** The piece around a picture's face, with its landmarks where the row has them. */
export function faceOf(pool: Pick<PicturePool, "bytes">, picture: PooledPicture): Face {
  const { box, landmarks } = picture.row;
  return cutFace(pixelsOf(pool, picture), box, landmarks);
}

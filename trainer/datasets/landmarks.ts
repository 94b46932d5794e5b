// Landmarks as shards and manifests keep them, into memory that threads share.
import { landmarkCount } from "../../model/faces/face-mesh";
import { parseNpy } from "./layouts/npy";
import { DatasetError } from "./layouts/report";

/**
 * @param name of the file, for messages.
 * @throws DatasetError unless it is a `.npy` of `[468, 2]`.
 */
export function landmarksOf(npy: Uint8Array, name: string): Float32Array<SharedArrayBuffer> {
  const { shape, data } = parseNpy(npy, name);
  if (shape.length !== 2 || shape[0] !== landmarkCount || shape[1] !== 2) {
    throw new DatasetError(`${name}: shape (${shape.join(", ")}) instead of (${landmarkCount}, 2)`);
  }
  const shared = new Float32Array(new SharedArrayBuffer(data.length * 4));
  shared.set(data);
  return shared;
}

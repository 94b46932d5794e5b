/** The landmarks of a face: MediaPipe's face mesh behind a plain function. */
import { FaceLandmarker } from "@mediapipe/tasks-vision";
import { overlap } from "../verdict/overlap";
import type { Box } from "../verdict/verdict";
import { faceMeshTask } from "./face-mesh-task";
import { type MediaPipe, startTask } from "./media-pipe";
import type { RgbaView } from "./pixel-canvas";

/** Points of the mesh; their numbers are those of MediaPipe's canonical face model. */
export const landmarkCount = 468;

/** Faces that one crop is searched for: the one wanted and a neighbour that may look surer. */
const facesInCrop = 2;
/** Overlap with the detector's box from which the mesh lies on the same face. */
const sameFaceOverlap = 0.3;
/** The face is known to be there: its finder saw it at higher resolution. */
const minConfidence = 0.3;

export interface FaceMesh {
  /**
   * @param crop about twice the face's size, the face in its middle.
   * @param box of the face in the crop, pixels.
   * @returns `[landmarkCount, 2]`: x and y in pixels of the crop; null where no mesh fits the face.
   */
  landmarks(crop: RgbaView, box: Box): Float32Array<ArrayBuffer> | null;
  close(): void;
}

/**
 * @param models bytes of `face_detection_short_range.tflite` and `face_landmark.tflite`.
 * @throws Error if the networks cannot be started.
 */
export async function createFaceMesh(
  mediaPipe: MediaPipe,
  models: { shortRange: Uint8Array; mesh: Uint8Array },
): Promise<FaceMesh> {
  const task = faceMeshTask(models.shortRange, models.mesh);
  const landmarker = await startTask(mediaPipe, FaceLandmarker, task, {
    numFaces: facesInCrop,
    minFaceDetectionConfidence: minConfidence,
  });
  return {
    landmarks(crop, box) {
      // The pixel canvas takes any object with `data`; MediaPipe itself reads only width and height.
      const { faceLandmarks } = landmarker.detect(crop as unknown as ImageData);
      const [closest] = faceLandmarks
        .map((points) => pixelsOf(points.slice(0, landmarkCount), crop))
        .map((points) => ({ points, shared: overlap(boundsOf(points), box) }))
        .filter(({ shared }) => shared >= sameFaceOverlap)
        .toSorted((a, b) => b.shared - a.shared);
      return closest?.points ?? null;
    },
    close: () => landmarker.close(),
  };
}

function pixelsOf(points: { x: number; y: number }[], { width, height }: RgbaView) {
  return Float32Array.from(points.flatMap(({ x, y }) => [x * width, y * height]));
}

function boundsOf(points: Float32Array): Box {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < points.length; i += 2) {
    left = Math.min(left, points[i]!);
    right = Math.max(right, points[i]!);
    top = Math.min(top, points[i + 1]!);
    bottom = Math.max(bottom, points[i + 1]!);
  }
  return [left, top, right - left, bottom - top];
}

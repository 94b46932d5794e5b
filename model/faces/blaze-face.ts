/** One MediaPipe face detection network behind a plain function. */
import { FaceDetector } from "@mediapipe/tasks-vision";
import type { Box } from "../verdict/verdict";
import { type MediaPipe, startTask } from "./media-pipe";
import type { RgbaView } from "./pixel-canvas";

/** A face as a network sees it; `box` in pixels of the view it was found in. */
export interface RawFace {
  box: Box;
  /** 0 to 1. */
  confidence: number;
}

export interface BlazeFace {
  detect(view: RgbaView): RawFace[];
  close(): void;
}

/** What `detect` returns at least; MediaPipe's own default is 0.5. */
const minConfidence = 0.35;

/**
 * @param model bytes of a `face_detection_*.tflite`; tasks-vision tells short and full range apart
 *   by their number of anchors.
 * @throws Error if the network cannot be started.
 */
export async function createBlazeFace(mediaPipe: MediaPipe, model: Uint8Array): Promise<BlazeFace> {
  const detector = await startTask(mediaPipe, FaceDetector, model, {
    minDetectionConfidence: minConfidence,
  });
  return {
    detect(view) {
      // The pixel canvas takes any object with `data`; MediaPipe itself reads only width and height.
      const { detections } = detector.detect(view as unknown as ImageData);
      return detections.flatMap(({ boundingBox, categories }) =>
        boundingBox
          ? [
              {
                box: [
                  boundingBox.originX,
                  boundingBox.originY,
                  boundingBox.width,
                  boundingBox.height,
                ] satisfies Box,
                confidence: categories[0]?.score ?? 0,
              },
            ]
          : [],
      );
    },
    close: () => detector.close(),
  };
}

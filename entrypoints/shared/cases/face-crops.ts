/** Cuts faces out of a kept medium, pixel for pixel, as the trainer wants them. */
import type { MediaKind } from "../../../components/words";
import type { Box } from "../../../model/verdict/verdict";
import { openVideo } from "../../scan/video-frames";

export interface WantedFace {
  /** Seconds into a video; null for a picture. */
  time: number | null;
  /** The face detector's box, pixels of the whole picture or frame. */
  box: Box;
}

export interface CutFace {
  png: Uint8Array;
  /** The same box in pixels of the crop. */
  box: Box;
}

/** Side of the crop as a multiple of the box's longer side: room for the trainer's jitter. */
const margin = 2;

/** @throws where the browser cannot read the medium any more. */
export async function cutFaces(
  bytes: Blob,
  kind: MediaKind,
  wanted: readonly WantedFace[],
): Promise<CutFace[]> {
  return kind === "image" ? cutFromPicture(bytes, wanted) : cutFromVideo(bytes, wanted);
}

async function cutFromPicture(bytes: Blob, wanted: readonly WantedFace[]): Promise<CutFace[]> {
  const picture = await createImageBitmap(bytes, {
    colorSpaceConversion: "default",
    premultiplyAlpha: "none",
    imageOrientation: "from-image",
  });
  try {
    return await Promise.all(wanted.map(({ box }) => cut(picture, box)));
  } finally {
    picture.close();
  }
}

async function cutFromVideo(bytes: Blob, wanted: readonly WantedFace[]): Promise<CutFace[]> {
  const video = await openVideo(bytes);
  try {
    const faces: CutFace[] = [];
    for (const { time, box } of wanted) {
      const { frame } = await video.frameAt(time ?? 0);
      faces.push(await cut(frame, box));
      frame.close();
    }
    return faces;
  } finally {
    video.close();
  }
}

/** What of the square round the box lies inside the picture, in whole pixels. */
export function cropOf([x, y, width, height]: Box, pictureWidth: number, pictureHeight: number) {
  const side = margin * Math.max(width, height);
  const left = Math.max(0, Math.round(x + width / 2 - side / 2));
  const top = Math.max(0, Math.round(y + height / 2 - side / 2));
  const right = Math.min(pictureWidth, Math.round(x + width / 2 + side / 2));
  const bottom = Math.min(pictureHeight, Math.round(y + height / 2 + side / 2));
  return { left, top, width: right - left, height: bottom - top };
}

async function cut(picture: ImageBitmap, box: Box): Promise<CutFace> {
  const { left, top, width, height } = cropOf(box, picture.width, picture.height);
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext("2d")?.drawImage(picture, left, top, width, height, 0, 0, width, height);
  const blob = await canvas.convertToBlob({ type: "image/png" });
  return {
    png: new Uint8Array(await blob.arrayBuffer()),
    box: [box[0] - left, box[1] - top, box[2], box[3]],
  };
}

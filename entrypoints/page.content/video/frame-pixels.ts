/** Pixels of one sampled frame: reduced for finding faces, and sharp where faces were found. */
import type { Box } from "../../../model/verdict/verdict";
import type { Pixels } from "../../shared/messages";

/** Enough to find a face of a tenth of the picture's height. */
const reducedShortSide = 360;
const reducedLongSide = 640;
/** Longest side of a sharp frame; 8K is reduced, its faces are large enough all the same. */
const maxSharpSide = 4096;
/** Longest side of a crop: several times what the student looks at. */
const maxCropSide = 1024;

/** The sharp frame of this instant; closes with `close()`. */
export function grabFrame(video: HTMLVideoElement): Promise<ImageBitmap> {
  const { videoWidth: width, videoHeight: height } = video;
  const scale = maxSharpSide / Math.max(width, height);
  if (scale >= 1) return createImageBitmap(video);
  return createImageBitmap(video, {
    resizeWidth: Math.round(width * scale),
    resizeHeight: Math.round(height * scale),
    resizeQuality: "high",
  });
}

export function reducedSize(width: number, height: number): [width: number, height: number] {
  const scale = Math.min(
    1,
    reducedShortSide / Math.min(width, height),
    reducedLongSide / Math.max(width, height),
  );
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
}

/** @throws DOMException `SecurityError` for a frame of another origin */
export function reduceFrame(sharp: ImageBitmap): Pixels {
  const [width, height] = reducedSize(sharp.width, sharp.height);
  return read(sharp, [0, 0, sharp.width, sharp.height], width, height);
}

/**
 * The part of the sharp frame in a box, which may reach past its edges: the edge pixels are then
 * repeated. Very large boxes come evenly reduced.
 */
export function cropFrame(sharp: ImageBitmap, box: Box): Pixels {
  const x = Math.round(box[0]);
  const y = Math.round(box[1]);
  const width = Math.max(1, Math.round(box[2]));
  const height = Math.max(1, Math.round(box[3]));
  const inside = clampBox([x, y, width, height], sharp.width, sharp.height);
  const scale = Math.min(1, maxCropSide / Math.max(width, height));
  const scaled = (value: number) => Math.round(value * scale);
  const part = read(sharp, inside, Math.max(1, scaled(inside[2])), Math.max(1, scaled(inside[3])));
  return repeatEdges(
    part,
    scaled(inside[0] - x),
    scaled(inside[1] - y),
    Math.max(1, scaled(width)),
    Math.max(1, scaled(height)),
  );
}

/** The part of a box inside the frame, at least one pixel. */
export function clampBox([x, y, width, height]: Box, frameWidth: number, frameHeight: number): Box {
  const left = Math.min(Math.max(x, 0), frameWidth - 1);
  const top = Math.min(Math.max(y, 0), frameHeight - 1);
  const right = Math.max(left + 1, Math.min(x + width, frameWidth));
  const bottom = Math.max(top + 1, Math.min(y + height, frameHeight));
  return [left, top, right - left, bottom - top];
}

/**
 * Sets pixels into a larger picture and fills the rest with the nearest of them.
 *
 * @param left column of the larger picture at which the pixels begin; may lie outside it
 * @param top row, likewise
 */
export function repeatEdges(
  part: Pixels,
  left: number,
  top: number,
  width: number,
  height: number,
): Pixels {
  if (left === 0 && top === 0 && part.width === width && part.height === height) return part;
  const source = new Uint32Array(part.rgba);
  const target = new Uint32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    const row = Math.min(Math.max(y - top, 0), part.height - 1) * part.width;
    for (let x = 0; x < width; x += 1) {
      const column = Math.min(Math.max(x - left, 0), part.width - 1);
      target[y * width + x] = source[row + column] ?? 0;
    }
  }
  return { width, height, rgba: target.buffer };
}

/** Channel value up to which a pixel counts as black; protected video reads as exact zeros. */
const blackLimit = 6;

/** Whether nothing but black was read, as from a protected video. */
export function isBlack({ rgba }: Pixels): boolean {
  const bytes = new Uint8Array(rgba);
  // Every 16th pixel is enough to tell.
  for (let i = 0; i < bytes.length; i += 64) {
    for (let channel = 0; channel < 3; channel += 1) {
      if ((bytes[i + channel] ?? 0) > blackLimit) return false;
    }
  }
  return true;
}

let canvas: OffscreenCanvas | null = null;

/** Draws a box of the bitmap at a size and reads it. @throws DOMException `SecurityError` */
function read(bitmap: ImageBitmap, box: Box, width: number, height: number): Pixels {
  canvas ??= new OffscreenCanvas(width, height);
  canvas.width = width;
  canvas.height = height;
  // Said outright, or Chrome moves the canvas off the graphics card after two reads, and every
  // frame would be copied back at full size instead of reduced.
  const context = canvas.getContext("2d", { willReadFrequently: false });
  if (!context) throw new DOMException("no canvas", "InvalidStateError");
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  context.drawImage(bitmap, ...box, 0, 0, width, height);
  try {
    const { data } = context.getImageData(0, 0, width, height);
    return { width, height, rgba: data.buffer as ArrayBuffer };
  } catch (error) {
    // Once tainted, always tainted.
    canvas = null;
    throw error;
  }
}

/** A decoded picture that the detector can look at in parts, on canvases that stay in main memory. */
import type { Croppable } from "../../model/detector/detector";
import type { RgbaPixels } from "../../model/detector/types";
import type { RgbaView } from "../../model/faces/pixel-canvas";
import type { Box } from "../../model/verdict/verdict";

type Drawable = ImageBitmap | VideoFrame | OffscreenCanvas;

export class DecodedPicture implements Croppable {
  readonly width: number;
  readonly height: number;
  readonly #source: Drawable;

  constructor(source: Drawable) {
    this.#source = source;
    this.width = "displayWidth" in source ? source.displayWidth : source.width;
    this.height = "displayHeight" in source ? source.displayHeight : source.height;
  }

  static fromPixels({ width, height, rgba }: RgbaPixels): DecodedPicture {
    const { canvas, context } = createCanvas(width, height);
    context.putImageData(new ImageData(new Uint8ClampedArray(rgba), width, height), 0, 0);
    return new DecodedPicture(canvas);
  }

  view([x, y, regionWidth, regionHeight]: Box, width: number, height: number): RgbaView {
    const { context } = createCanvas(width, height);
    const across = width / regionWidth;
    const down = height / regionHeight;
    context.imageSmoothingQuality = "high";
    context.setTransform(across, 0, 0, down, -x * across, -y * down);
    context.drawImage(this.#source, 0, 0);
    return context.getImageData(0, 0, width, height);
  }

  cut([x, y, width, height]: Box): RgbaView {
    const { context } = createCanvas(width, height);
    context.drawImage(this.#source, x, y, width, height, 0, 0, width, height);
    return context.getImageData(0, 0, width, height);
  }

  close() {
    if ("close" in this.#source) this.#source.close();
  }
}

function createCanvas(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context) throw new Error("no canvas of this size");
  // Transparent pictures are seen on a page, and most pages are white; the colours under full
  // transparency are arbitrary and would look like tampering.
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return { canvas, context };
}

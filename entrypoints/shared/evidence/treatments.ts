/**
 * What the web does to pictures on their way, done to one picture: sites encode anew, shrink, crop.
 * A result that changes with any of these rests on little.
 */

import type { Box } from "../../../model/verdict/verdict";

export interface Treatment {
  /** Words for people. */
  name: string;
  apply(picture: ImageBitmap): Promise<ImageBitmap>;
  /** Where a box of the picture is afterwards; left out where nothing moves. */
  place?(box: Box, picture: ImageBitmap): Box;
}

/** Cut off at each edge: odd, so that the blocks of an earlier JPEG lie elsewhere. */
const cutPx = 13;
const keptSize = 0.75;

export const treatments: readonly Treatment[] = [
  encoded("JPEG quality 90", "image/jpeg", 0.9),
  encoded("JPEG quality 60", "image/jpeg", 0.6),
  encoded("JPEG quality 30", "image/jpeg", 0.3),
  encoded("WebP quality 75", "image/webp", 0.75),
  {
    name: "Half size and back",
    async apply(picture) {
      const { width, height } = picture;
      const half = drawn(picture, Math.ceil(width / 2), Math.ceil(height / 2));
      return drawn(half, width, height).transferToImageBitmap();
    },
  },
  {
    name: "Slight blur",
    async apply(picture) {
      const blurred = blank(picture.width, picture.height);
      blurred.context.filter = "blur(1px)";
      blurred.context.drawImage(picture, 0, 0);
      return blurred.canvas.transferToImageBitmap();
    },
  },
  {
    name: "Edges cut, three quarters the size",
    async apply(picture) {
      const [x, y, width, height] = kept(picture);
      const cut = blank(
        Math.max(1, Math.round(width * keptSize)),
        Math.max(1, Math.round(height * keptSize)),
      );
      const { canvas, context } = cut;
      context.drawImage(picture, x, y, width, height, 0, 0, canvas.width, canvas.height);
      return canvas.transferToImageBitmap();
    },
    place(box, picture) {
      const [x, y] = kept(picture);
      const [left, top, width, height] = box.map((value) => value * keptSize) as Box;
      return [left - x * keptSize, top - y * keptSize, width, height];
    },
  },
];

/** What is left of a picture when its edges are cut. */
function kept({ width, height }: ImageBitmap): Box {
  return [cutPx, cutPx, Math.max(1, width - 2 * cutPx), Math.max(1, height - 2 * cutPx)];
}

function encoded(name: string, type: string, quality: number): Treatment {
  return {
    name,
    async apply(picture) {
      const canvas = drawn(picture, picture.width, picture.height);
      return createImageBitmap(await canvas.convertToBlob({ type, quality }));
    },
  };
}

function drawn(source: ImageBitmap | OffscreenCanvas, width: number, height: number) {
  const { canvas, context } = blank(width, height);
  context.drawImage(source, 0, 0, width, height);
  return canvas;
}

/** White: where a picture is transparent, most pages show that. */
function blank(width: number, height: number) {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas of this size");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff";
  context.fillRect(0, 0, width, height);
  return { canvas, context };
}

/**
 * What the web does to pictures on their way, done to one picture: sites encode anew, shrink, crop.
 * A result that changes with any of these rests on little.
 */

export interface Treatment {
  /** Words for people. */
  name: string;
  apply(picture: ImageBitmap): Promise<ImageBitmap>;
}

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
      const [x, y] = [picture.width * 0.04, picture.height * 0.04];
      const width = Math.max(1, Math.round((picture.width - 2 * x) * 0.75));
      const height = Math.max(1, Math.round((picture.height - 2 * y) * 0.75));
      const cut = blank(width, height);
      cut.context.drawImage(
        picture,
        x,
        y,
        picture.width - 2 * x,
        picture.height - 2 * y,
        0,
        0,
        width,
        height,
      );
      return cut.canvas.transferToImageBitmap();
    },
  },
];

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

// A decoded picture in memory that can be looked at in parts: what the extension has canvases for.
import sharp from "sharp";
import type { Viewable } from "../../model/faces/face-finder";
import type { RgbaView } from "../../model/faces/pixel-canvas";
import type { Box } from "../../model/verdict/verdict";
import { type Axis, overlapAxis, resampleRows } from "./resample";

/** A medium that cannot be decoded; the message says why, without the file's name. */
export class UndecodableError extends Error {
  override name = "UndecodableError";
}

/** RGB pixels, row by row. */
export interface Rgb {
  data: Uint8Array;
  width: number;
  height: number;
}

export class Raster implements Viewable {
  constructor(private readonly pixels: Rgb) {}

  get width(): number {
    return this.pixels.width;
  }

  get height(): number {
    return this.pixels.height;
  }

  /** White where the region leaves the picture, as on the extension's canvases. */
  view([x, y, regionWidth, regionHeight]: Box, width: number, height: number): RgbaView {
    const across = overlapAxis(x, regionWidth, width, this.width);
    const down = overlapAxis(y, regionHeight, height, this.height);
    const data = new Uint8ClampedArray(width * height * 4).fill(255);
    this.paint(across, down, data, width, 4);
    return { width, height, data };
  }

  /**
   * Whole pixels inside the picture, reduced evenly by averaging areas so that the longer side is
   * at most `maxPx`; never enlarged.
   */
  reduced([x, y, width, height]: Box, maxPx: number): Rgb {
    const scale = Math.min(1, maxPx / Math.max(width, height));
    const outWidth = Math.max(1, Math.round(width * scale));
    const outHeight = Math.max(1, Math.round(height * scale));
    const across = overlapAxis(x, width, outWidth, this.width);
    const down = overlapAxis(y, height, outHeight, this.height);
    const data = new Uint8ClampedArray(outWidth * outHeight * 3);
    this.paint(across, down, data, outWidth, 3);
    return { data: new Uint8Array(data.buffer), width: outWidth, height: outHeight };
  }

  private paint(
    across: Axis,
    down: Axis,
    into: Uint8ClampedArray,
    width: number,
    channels: 3 | 4,
  ): void {
    resampleRows(this.pixels, across, down, (row, column, rgb, from) => {
      const to = (row * width + column) * channels;
      into[to] = rgb[from]!;
      into[to + 1] = rgb[from + 1]!;
      into[to + 2] = rgb[from + 2]!;
    });
  }
}

/** As a browser shows it: turned as its EXIF says, in sRGB, on white. @throws UndecodableError */
export async function decodePicture(bytes: Uint8Array): Promise<Raster> {
  try {
    const { data, info } = await sharp(bytes, { failOn: "error" })
      .rotate()
      .flatten({ background: "#fff" })
      .toColourspace("srgb")
      .raw()
      .toBuffer({ resolveWithObject: true });
    if (info.channels !== 3) throw new Error(`${info.channels} colour channels`);
    return new Raster({ data, width: info.width, height: info.height });
  } catch (error) {
    throw new UndecodableError(
      (error as Error).message.trim().replace(/:$/, "").replaceAll("\n", "; "),
    );
  }
}

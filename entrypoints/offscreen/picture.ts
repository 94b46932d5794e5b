/** Bytes of a picture file → a decoded picture, or the plain reason why there is none. */
import type { Abstention } from "../../model/verdict/verdict";
import { DecodedPicture } from "./decoded-picture";
import { isWebPage, type PictureHeader, readPictureHeader } from "./picture-header";

/** Above this a decoded picture would take more than 256 MB. */
export const maxPixels = 64_000_000;
/** Skia, which decodes for Chrome, goes no further on a side. */
const maxSide = 32_767;

/** The picture will not be looked at; `detail` is fit for people. */
export class PictureRefused extends Error {
  override name = "PictureRefused";
  readonly reason: Abstention;
  readonly width: number;
  readonly height: number;

  constructor(reason: Abstention, detail: string, header?: PictureHeader) {
    super(detail);
    this.reason = reason;
    this.width = header?.width ?? 0;
    this.height = header?.height ?? 0;
  }
}

const damaged = "the file is damaged";

/** Reads the header and refuses what must not be decoded. @throws PictureRefused */
export function inspectPicture(bytes: Uint8Array): PictureHeader {
  if (bytes.length === 0) throw new PictureRefused("unreadable", "the file is empty");
  const header = readPictureHeader(bytes);
  if (!header) {
    throw new PictureRefused(
      "unreadable",
      isWebPage(bytes)
        ? "the file is a web page, not a picture"
        : "the file is damaged or of a kind that is not known",
    );
  }
  const { format, width, height, truncated } = header;
  if (format === "svg") throw new PictureRefused("not-scanned", "a drawing, not a photograph");
  if (width === 0 || height === 0) throw new PictureRefused("unreadable", damaged, header);
  if (width > maxSide || height > maxSide || width * height > maxPixels) {
    throw new PictureRefused(
      "unreadable",
      `the picture is too large (${width} × ${height} pixels)`,
      header,
    );
  }
  if (truncated) throw new PictureRefused("unreadable", "the file is cut short", header);
  return header;
}

/** @throws PictureRefused where the browser cannot decode it. */
export async function decodePicture(
  bytes: ArrayBuffer,
  header: PictureHeader,
): Promise<DecodedPicture> {
  return new DecodedPicture(await decodeBitmap(bytes, header));
}

/** @throws PictureRefused where the browser cannot decode it. */
export async function decodeBitmap(
  bytes: ArrayBuffer,
  header: PictureHeader,
): Promise<ImageBitmap> {
  try {
    return await createImageBitmap(new Blob([bytes]), {
      // Into sRGB, as the training pictures were.
      colorSpaceConversion: "default",
      premultiplyAlpha: "none",
      imageOrientation: "from-image",
    });
  } catch {
    const detail = header.format === "heif" ? "this browser cannot read HEIF pictures" : damaged;
    throw new PictureRefused("unreadable", detail, header);
  }
}

/**
 * Bytes of pictures that only the page can read: `data:` and `blob:` addresses, and pictures that
 * the offscreen document could not fetch again (behind a log-in, or used up).
 */
import { maxMediaBytes } from "../../shared/messages";
import { isImage } from "./displayed-medium";

/** Above this a canvas may fail, and the picture is scaled down evenly. */
const maxCanvasSide = 8192;
/** A message of 64 MiB is one too large for Chrome, its own wrapping included. */
const maxBytes = maxMediaBytes - 65_536;
/** Four bytes each, and two copies on the way. */
const maxPixels = 64_000_000;
const readDeadlineMs = 15_000;

export class UnreadablePicture extends Error {}

/** True for addresses that mean something in their page only. */
export function isPageLocal(url: string): boolean {
  return url.startsWith("data:") || url.startsWith("blob:") || url.startsWith("filesystem:");
}

/**
 * @param element one that shows it, for the pixels where the address has been revoked
 * @throws UnreadablePicture with a plain reason
 */
export async function readPageLocal(
  url: string,
  element: Element | undefined,
  signal: AbortSignal,
): Promise<ArrayBuffer> {
  try {
    // A fetch of this script's world: the page's content-security policy does not apply to it.
    const response = await fetch(url, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(readDeadlineMs)]),
    });
    const bytes = await response.arrayBuffer();
    if (bytes.byteLength > maxBytes) throw new UnreadablePicture("the file is too large");
    return bytes;
  } catch (error) {
    if (error instanceof UnreadablePicture || signal.aborted) throw error;
    // Pages revoke the address of a blob as soon as its picture has loaded.
    return readPixels(element);
  }
}

/**
 * The pixels that an `img` shows, as a PNG: lossless, so nothing is lost that the detector needs.
 *
 * @throws UnreadablePicture where the picture is of another origin, or there is none
 */
export async function readPixels(element: Element | undefined): Promise<ArrayBuffer> {
  if (!element || !isImage(element) || !element.complete || element.naturalWidth === 0) {
    throw new UnreadablePicture("the page no longer has the file");
  }
  if (element.naturalWidth * element.naturalHeight > maxPixels) {
    throw new UnreadablePicture("the picture is too large");
  }
  const bitmap = await createImageBitmap(element).catch(() => null);
  if (!bitmap) throw new UnreadablePicture("the picture could not be decoded");
  try {
    const scale = Math.min(1, maxCanvasSide / Math.max(bitmap.width, bitmap.height));
    const canvas = new OffscreenCanvas(
      Math.max(1, Math.round(bitmap.width * scale)),
      Math.max(1, Math.round(bitmap.height * scale)),
    );
    const context = canvas.getContext("2d");
    if (!context) throw new UnreadablePicture("the browser gave no canvas");
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    const blob = await canvas.convertToBlob({ type: "image/png" });
    if (blob.size > maxBytes) throw new UnreadablePicture("the picture is too large");
    return await blob.arrayBuffer();
  } catch (error) {
    if (error instanceof UnreadablePicture) throw error;
    // A SecurityError: the canvas is tainted by a picture of another origin.
    throw new UnreadablePicture("the site does not allow reading it");
  } finally {
    bitmap.close();
  }
}

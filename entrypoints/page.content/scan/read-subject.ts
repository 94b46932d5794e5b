/** One medium in full, for the evidence that the side panel gathers on it. */
import { maxUrlChars, type PageBytes, type PageMedium } from "../../shared/messages";
import { isPageLocal, readPageLocal, readPixels, UnreadablePicture } from "../media/read-picture";
import { imageOf } from "./picture-queue";
import { type Subject, shownUrl } from "./subject";

export async function readSubject(subject: Subject, signal: AbortSignal): Promise<PageMedium> {
  const { kind, url, status, verdict, thumbnails } = subject;
  const content = await contentOf(subject, signal);
  return {
    kind,
    // Whole, so that it can be fetched; a `data:` address is the picture itself.
    url: url.startsWith("data:") ? shownUrl(url) : url.slice(0, maxUrlChars),
    frameUrl: location.href.slice(0, maxUrlChars),
    status,
    verdict,
    thumbnails,
    ...sizeOf(subject),
    ...(content ? { content, isCopy: !isPageLocal(url) } : {}),
  };
}

/** Null where the side panel can fetch the file by its address. */
async function contentOf(subject: Subject, signal: AbortSignal): Promise<PageBytes | null> {
  const { kind, url, fromPixels } = subject;
  if (kind === "video") return null;
  const image = imageOf(subject);
  if (isPageLocal(url)) return bytesOrReason(readPageLocal(url, image, signal));
  return fromPixels || url.length > maxUrlChars ? bytesOrReason(readPixels(image)) : null;
}

export async function bytesOrReason(reading: Promise<ArrayBuffer>): Promise<PageBytes> {
  try {
    return { bytes: await reading };
  } catch (error) {
    const known = error instanceof UnreadablePicture;
    return { bytesMissing: known ? error.message : "the page no longer has the file" };
  }
}

/** Pixels of the source, and seconds of a video that has an end. */
function sizeOf({ elements }: Subject): Pick<PageMedium, "width" | "height" | "duration"> {
  for (const element of elements) {
    if (element instanceof HTMLImageElement) {
      return { width: element.naturalWidth, height: element.naturalHeight };
    }
    if (element instanceof HTMLVideoElement) {
      const { videoWidth: width, videoHeight: height, duration } = element;
      return { width, height, ...(Number.isFinite(duration) ? { duration } : {}) };
    }
  }
  return { width: 0, height: 0 };
}

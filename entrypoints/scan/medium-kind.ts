/**
 * Whether a file is a picture or a video: by its first bytes, else by its name. Shared by the scan
 * page and the command line's walk through folders, so that both take the same files.
 */
import type { MediaKind } from "../../components/words";

/** How much of a file `mediumKind` wants to see, bytes. */
export const headBytes = 32;

const extensions: Record<MediaKind, readonly string[]> = {
  image: ["apng", "avif", "bmp", "gif", "jfif", "jpeg", "jpg", "png", "svg", "webp"],
  video: ["m4v", "mkv", "mov", "mp4", "ogv", "webm"],
};

/** Brands of ISO media files that hold a still picture; every other `ftyp` is a video. */
const pictureBrands = ["avif", "avis", "heic", "heix", "mif1", "msf1"];

/** @param head the first `headBytes` of the file, or all of a shorter one. */
export function mediumKind(name: string, head: Uint8Array): MediaKind | null {
  return kindByContent(head) ?? kindByName(name);
}

function kindByContent(head: Uint8Array): MediaKind | null {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "image"; // JPEG
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image";
  if (text.startsWith("GIF8")) return "image";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image";
  if (text.slice(4, 8) === "ftyp") {
    return pictureBrands.includes(text.slice(8, 12)) ? "image" : "video";
  }
  if (text.startsWith("\x1aE\xdf\xa3")) return "video"; // Matroska and WebM
  return null;
}

function kindByName(name: string): MediaKind | null {
  const extension = /\.([^./\\]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  if (extensions.image.includes(extension)) return "image";
  if (extensions.video.includes(extension)) return "video";
  return null;
}

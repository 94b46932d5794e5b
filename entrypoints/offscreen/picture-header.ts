/**
 * Format and size of a picture from its first bytes, read before anything is decoded: a few
 * kilobytes can claim 30,000 × 30,000 pixels. Every read is bounds-checked and every walk is
 * bounded by the file, since the files come from hostile pages.
 */

export type PictureFormat = "jpeg" | "png" | "gif" | "webp" | "bmp" | "avif" | "heif" | "svg";

export interface PictureHeader {
  format: PictureFormat;
  /** Pixels before EXIF orientation; 0 where the header does not say (SVG). */
  width: number;
  height: number;
  /** The file may hold several frames (GIF, animated WebP or AVIF). */
  animated: boolean;
  /** The file ends before its own structure does. */
  truncated: boolean;
}

/**
 * @returns null where the bytes are no picture this knows, or its header is damaged.
 */
export function readPictureHeader(bytes: Uint8Array): PictureHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    if (startsWith(bytes, [0xff, 0xd8, 0xff])) return readJpeg(view, bytes);
    if (startsWith(bytes, [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])) {
      return readPng(view, bytes);
    }
    const tag = ascii(view, 0, 4);
    if (tag === "GIF8") return readGif(view, bytes);
    if (tag === "RIFF" && ascii(view, 8, 4) === "WEBP") return readWebp(view, bytes);
    if (tag.startsWith("BM")) return readBmp(view);
    if (ascii(view, 4, 4) === "ftyp") return readHeif(view);
    return isSvg(bytes) ? still("svg", 0, 0) : null;
  } catch (error) {
    // A header that points past the end of the file.
    if (error instanceof RangeError) return isSvg(bytes) ? still("svg", 0, 0) : null;
    throw error;
  }
}

/** True for markup that is no drawing: an error or log-in page served under a picture's address. */
export function isWebPage(bytes: Uint8Array): boolean {
  return /^\s*(<!--[\s\S]*?-->\s*)*<(!doctype html|html|head|body)\b/i.test(beginning(bytes));
}

function still(format: PictureFormat, width: number, height: number): PictureHeader {
  return { format, width, height, animated: false, truncated: false };
}

function startsWith(bytes: Uint8Array, signature: number[]): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/** @throws RangeError past the end. */
function ascii(view: DataView, at: number, length: number): string {
  let text = "";
  for (let i = 0; i < length; i++) text += String.fromCharCode(view.getUint8(at + i));
  return text;
}

function beginning(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes.subarray(0, 2048));
}

function isSvg(bytes: Uint8Array): boolean {
  const text = beginning(bytes);
  return /^\s*(<\?xml|<!--|<!doctype svg|<svg)/i.test(text) && /<svg[\s/>]/i.test(text);
}

/** ITU T.81: markers until a start-of-frame, then the scans until the end-of-image marker. */
function readJpeg(view: DataView, bytes: Uint8Array): PictureHeader {
  let width = 0;
  let height = 0;
  let at = 2;
  for (;;) {
    // Fill bytes may stand before a marker.
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at++;
    if (view.getUint8(at) !== 0xff) throw new RangeError("no marker");
    const marker = view.getUint8(at + 1);
    const standalone = marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8);
    if (standalone) {
      at += 2;
      continue;
    }
    // The scan begins: beyond it only the end can follow.
    if (marker === 0xda || marker === 0xd9) break;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && width === 0) {
      height = view.getUint16(at + 5);
      width = view.getUint16(at + 7);
    }
    at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return { ...still("jpeg", width, height), truncated: !hasJpegEnd(bytes, at) };
}

/** Inside a scan 0xff is always followed by a zero or a restart, so 0xff 0xd9 is the end. */
function hasJpegEnd(bytes: Uint8Array, from: number): boolean {
  for (let i = bytes.lastIndexOf(0xd9); i > from; i = bytes.lastIndexOf(0xd9, i - 1)) {
    if (bytes[i - 1] === 0xff) return true;
  }
  return false;
}

function readPng(view: DataView, bytes: Uint8Array): PictureHeader {
  if (ascii(view, 12, 4) !== "IHDR") throw new RangeError("no IHDR");
  const end = new TextDecoder("latin1").decode(bytes.subarray(-4096)).includes("IEND");
  return { ...still("png", view.getUint32(16), view.getUint32(20)), truncated: !end };
}

function readGif(view: DataView, bytes: Uint8Array): PictureHeader {
  const width = view.getUint16(6, true);
  const height = view.getUint16(8, true);
  // A trailer byte; encoders that leave it out are common enough to forgive when a block ended.
  const last = bytes[bytes.length - 1];
  return { ...still("gif", width, height), animated: true, truncated: last !== 0x3b && last !== 0 };
}

function readWebp(view: DataView, bytes: Uint8Array): PictureHeader {
  const truncated = view.getUint32(4, true) + 8 > bytes.length;
  const kind = ascii(view, 12, 4);
  if (kind === "VP8X") {
    const animated = (view.getUint8(20) & 2) !== 0;
    const width = 1 + (view.getUint32(24, true) & 0xffffff);
    const height = 1 + (view.getUint32(26, true) >>> 8);
    return { format: "webp", width, height: height & 0xffffff, animated, truncated };
  }
  if (kind === "VP8L") {
    const bits = view.getUint32(21, true);
    const width = 1 + (bits & 0x3fff);
    return { ...still("webp", width, 1 + ((bits >>> 14) & 0x3fff)), truncated };
  }
  if (kind !== "VP8 ") throw new RangeError("no VP8 chunk");
  const width = view.getUint16(26, true) & 0x3fff;
  return { ...still("webp", width, view.getUint16(28, true) & 0x3fff), truncated };
}

function readBmp(view: DataView): PictureHeader {
  // The oldest header (12 bytes) has 16-bit sizes; a negative height means rows from the top.
  if (view.getUint32(14, true) === 12) {
    return still("bmp", view.getUint16(18, true), view.getUint16(20, true));
  }
  return still("bmp", Math.abs(view.getInt32(18, true)), Math.abs(view.getInt32(22, true)));
}

/** Boxes of ISO 14496-12 that may lead to the `ispe` (image size) properties of ISO 23008-12. */
const containers = new Set(["meta", "iprp", "ipco", "moov", "trak"]);
/** `tkhd` of an animation carries its size as 16.16 fixed point at the end. */
const maxBoxes = 10_000;

function readHeif(view: DataView): PictureHeader {
  const brand = ascii(view, 8, 4);
  const format = brand.startsWith("av") || hasBrand(view, "avif") ? "avif" : "heif";
  let width = 0;
  let height = 0;
  let boxes = 0;
  let truncated = false;
  const walk = (from: number, to: number, depth: number) => {
    for (let at = from; at + 8 <= to && boxes < maxBoxes; boxes++) {
      let size = view.getUint32(at);
      let body = at + 8;
      if (size === 1) {
        size = view.getUint32(at + 8) * 2 ** 32 + view.getUint32(at + 12);
        body += 8;
      } else if (size === 0) size = to - at;
      if (size < body - at) throw new RangeError("a box smaller than its head");
      if (depth === 0 && at + size > view.byteLength) truncated = true;
      const kind = ascii(view, at + 4, 4);
      const end = Math.min(to, at + size);
      if (kind === "ispe") {
        // The primary picture is the largest: thumbnails and tiles have sizes too, and a grid's
        // whole is larger than its tiles.
        width = Math.max(width, view.getUint32(body + 4));
        height = Math.max(height, view.getUint32(body + 8));
      } else if (kind === "tkhd" && end - 8 >= body) {
        width = Math.max(width, view.getUint16(end - 8));
        height = Math.max(height, view.getUint16(end - 4));
      } else if (containers.has(kind) && depth < 6) {
        walk(kind === "meta" ? body + 4 : body, end, depth + 1);
      }
      at += size;
    }
  };
  walk(0, view.byteLength, 0);
  return { format, width, height, animated: brand === "avis", truncated };
}

function hasBrand(view: DataView, wanted: string): boolean {
  const end = Math.min(view.getUint32(0), 256, view.byteLength);
  for (let at = 16; at + 4 <= end; at += 4) if (ascii(view, at, 4) === wanted) return true;
  return false;
}

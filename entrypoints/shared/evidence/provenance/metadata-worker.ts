/**
 * Reads what one picture file says of itself (EXIF, XMP, IPTC, PNG text), and then has done: a file
 * made to hang or fill a parser takes down this worker and nothing else.
 *
 * ExifReader rather than exifr: it is kept up (several releases a year, bounds on every length that a
 * file states), reads AVIF, HEIC, WebP and JPEG XL as well, and PNG text, where image generators write.
 */
import { DOMParser, onErrorStopParsing } from "@xmldom/xmldom";
import { load } from "exifreader";
import { factsOf, type MetadataFact } from "./metadata-facts";
import { messageOf, type WorkerAnswer } from "./one-shot";

export type MetadataAnswer = WorkerAnswer<MetadataFact[]>;

/** Honest text in a picture stays far below; beyond it XML alone would take minutes. */
const maxXmpCharacters = 2_000_000;
const maxDecompressedBytes = 4 * 1024 * 1024;

/** Workers have no DOMParser of their own. */
const domParser = {
  parseFromString(text: string, type: string) {
    if (text.length > maxXmpCharacters) throw new Error("too much XMP");
    // Declarations of entities are how a small file becomes a large one; XMP has none.
    if (/<!(?:DOCTYPE|ENTITY)/i.test(text)) throw new Error("XMP with declarations");
    return new DOMParser({ onError: onErrorStopParsing }).parseFromString(text, type);
  },
};

async function read(file: Blob): Promise<MetadataFact[]> {
  const tags = await load(await file.arrayBuffer(), {
    expanded: true,
    async: true,
    includeUnknown: false,
    domParser,
    decompress: { maxDecompressedSize: maxDecompressedBytes },
    includeTags: { exif: true, gps: true, iptc: true, xmp: true, png: true, photoshop: true },
    excludeTags: { exif: ["MakerNote"] },
  });
  return factsOf(tags);
}

self.onmessage = async ({ data }: MessageEvent<Blob>) => {
  let answer: MetadataAnswer;
  try {
    answer = { out: await read(data) };
  } catch (error) {
    // The library's word for a file without any metadata.
    const none = error instanceof Error && error.name === "MetadataMissingError";
    answer = none ? { out: [] } : { error: messageOf(error) };
  }
  self.postMessage(answer);
};

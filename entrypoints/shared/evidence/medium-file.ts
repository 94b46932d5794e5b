/** From a request to the bytes of its medium, what they are, and their hash. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { MediaKind } from "../../../components/words";
import { FetchRefused, fetchMedia } from "../../offscreen/fetch-picture";
import { mediumKind } from "../../scan/medium-kind";
import type { FileFacts } from "./evidence";
import type { EvidenceRequest } from "./request";

/** A video of an hour in ordinary quality; beyond that a person may save and choose the file. */
const maxFetchedBytes = 1024 * 1024 * 1024;
const stallMs = 30_000;
/** Longest beginning that is looked at to tell what a file is. */
const headBytes = 512;

export interface MediumFile {
  bytes: Blob;
  /** Null where it is neither. */
  kind: MediaKind | null;
  /** Empty where unknown. */
  type: string;
}

/** There are no bytes to be had; the message is a sentence fit for people. */
export class NoFileError extends Error {
  override name = "NoFileError";
}

/** Bytes fetched for a request, so that looking closer fetches nothing again. */
const fetched = new WeakMap<EvidenceRequest, Blob>();

/** The request's bytes where they need no fetching (any more). */
export function bytesAtHand(request: EvidenceRequest): Blob | undefined {
  return request.kind === "bytes" ? request.bytes : fetched.get(request);
}

/**
 * @param onProgress called while bytes come, with their share of the whole where that is known.
 * @throws NoFileError; whatever `signal` was aborted with.
 */
export async function openMedium(
  request: EvidenceRequest,
  signal: AbortSignal,
  onProgress: (share: number | undefined) => void,
): Promise<MediumFile> {
  const bytes = await bytesOf(request, signal, onProgress);
  let head: Uint8Array;
  try {
    head = new Uint8Array(await bytes.slice(0, headBytes).arrayBuffer());
  } catch {
    throw new NoFileError("The file could not be opened.");
  }
  return { bytes, kind: mediumKind(nameOf(request), head), type: typeOf(head) };
}

async function bytesOf(
  request: EvidenceRequest,
  signal: AbortSignal,
  onProgress: (share: number | undefined) => void,
): Promise<Blob> {
  const known = bytesAtHand(request);
  if (known) return known;
  if (request.kind === "bytes" || request.url === undefined) {
    throw new NoFileError(
      "The page plays this video in pieces or live: there is no file to fetch.",
    );
  }
  try {
    const parts = await fetchMedia(
      request.url,
      request.pageUrls,
      {
        maxBytes: maxFetchedBytes,
        stallMs,
        accept: request.kind === "seen-video" ? "video/*,*/*;q=0.8" : "image/*,video/*,*/*;q=0.8",
        onProgress: (received, total) =>
          onProgress(total > 0 ? Math.min(1, received / total) : undefined),
      },
      signal,
    );
    const bytes = new Blob(parts);
    fetched.set(request, bytes);
    return bytes;
  } catch (error) {
    if (!(error instanceof FetchRefused)) throw error;
    throw new NoFileError(`The file could not be had: ${error.message}.`);
  }
}

/** Last part of its path, for files whose first bytes say nothing. */
function nameOf(request: EvidenceRequest): string {
  if (request.origin.kind === "file") return request.origin.name;
  if (request.kind === "bytes" || request.url === undefined) return "";
  return URL.canParse(request.url) ? (new URL(request.url).pathname.split("/").at(-1) ?? "") : "";
}

/** MIME type by the first bytes alone; empty where they say nothing. */
export function typeOf(head: Uint8Array): string {
  const text = String.fromCharCode(...head);
  if (text.startsWith("\xff\xd8\xff")) return "image/jpeg";
  if (text.startsWith("\x89PNG\r\n\x1a\n")) return "image/png";
  if (text.startsWith("GIF8")) return "image/gif";
  if (text.startsWith("RIFF") && text.slice(8, 12) === "WEBP") return "image/webp";
  if (text.startsWith("BM")) return "image/bmp";
  if (text.startsWith("\x1aE\xdf\xa3")) {
    return text.includes("webm") ? "video/webm" : "video/x-matroska";
  }
  if (text.slice(4, 8) === "ftyp") return isoType(text.slice(8, 12), text);
  return /<svg[\s>]/i.test(text) ? "image/svg+xml" : "";
}

/** ISO base media files, by the major brand (and where that is general, by the others). */
function isoType(brand: string, text: string): string {
  if (brand === "avif" || brand === "avis") return "image/avif";
  if (/^(heic|heix)/.test(brand)) return "image/heic";
  if (/^(mif1|msf1)/.test(brand)) return text.includes("avif") ? "image/avif" : "image/heif";
  return brand === "qt  " ? "video/quicktime" : "video/mp4";
}

/**
 * Hashes part by part: a video need not fit into memory.
 *
 * @throws NoFileError where the file can no longer be read; whatever `signal` was aborted with.
 */
export async function fileFacts(
  { bytes, type }: MediumFile,
  signal: AbortSignal,
): Promise<FileFacts> {
  const hash = sha256.create();
  try {
    for await (const part of bytes.stream()) {
      signal.throwIfAborted();
      hash.update(part);
    }
  } catch (error) {
    if (signal.aborted) throw error;
    throw new NoFileError("The file could not be read to its end.");
  }
  return { sha256: bytesToHex(hash.digest()), bytes: bytes.size, type };
}

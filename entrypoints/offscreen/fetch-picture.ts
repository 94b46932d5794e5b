/**
 * Fetches the bytes of media that a page shows, cache first, as a stranger: no cookies, no referrer.
 * Stops at a size, and at a time.
 */
import { maxMediaBytes } from "../shared/messages";
import { refusalOf, upgraded } from "./address-guard";

/** The file cannot be had; the message is fit for people. */
export class FetchRefused extends Error {
  override name = "FetchRefused";
}

const pictureDeadlineMs = 20_000;
/** Asks servers that choose by this header for what the page got. */
const pictureAccept = "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8";

export interface FetchLimits {
  maxBytes: number;
  /** For the whole of it; left out, a transfer that goes on may take its time. */
  deadlineMs?: number;
  /** Without a single byte. */
  stallMs?: number;
  /** The header of that name. */
  accept: string;
  /** Called with every part that comes; `total` as the server declares it, 0 where it does not. */
  onProgress?(received: number, total: number): void;
}

/**
 * @param pageUrls of the frame that shows it and of its tab.
 * @throws FetchRefused with a plain reason; whatever `signal` was aborted with.
 */
export async function fetchPicture(
  url: string,
  pageUrls: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const limits = { maxBytes: maxMediaBytes, deadlineMs: pictureDeadlineMs, accept: pictureAccept };
  return joined(await fetchMedia(url, pageUrls, limits, signal));
}

/**
 * The same for any file, as the parts that it came in.
 *
 * @param pageUrls of the frame that shows it and of its tab.
 * @throws FetchRefused with a plain reason; whatever `signal` was aborted with.
 */
export async function fetchMedia(
  url: string,
  pageUrls: readonly (string | undefined)[],
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const refusal = refusalOf(url, pageUrls);
  if (refusal) throw new FetchRefused(refusal);
  const clock = new Clock(limits);
  try {
    const response = await fetch(upgraded(url, pageUrls), {
      // The page has just loaded it; where the browser shares its cache this costs no request.
      cache: "force-cache",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      headers: { accept: limits.accept },
      signal: AbortSignal.any([signal, clock.signal]),
    });
    // The redirect has happened, unseen by us; but nothing of its answer is read.
    const moved = response.redirected ? refusalOf(response.url, pageUrls) : null;
    if (moved) throw await refuse(response, moved);
    if (!response.ok) throw await refuse(response, `the server answered ${response.status}`);
    const declared = Number(response.headers.get("content-length") ?? 0);
    if (declared > limits.maxBytes) throw await refuse(response, "the file is too large");
    return await readCapped(response, declared, limits, clock);
  } catch (error) {
    if (error instanceof FetchRefused || signal.aborted) throw error;
    throw new FetchRefused(
      clock.signal.aborted ? "the server took too long" : "the file could not be fetched",
    );
  } finally {
    clock.stop();
  }
}

/** Aborts at the deadline, or when nothing comes for too long. */
class Clock {
  readonly #over = new AbortController();
  readonly #stallMs: number | undefined;
  readonly #deadline: ReturnType<typeof setTimeout> | undefined;
  #stall: ReturnType<typeof setTimeout> | undefined;

  constructor({ deadlineMs, stallMs }: FetchLimits) {
    this.#stallMs = stallMs;
    if (deadlineMs) this.#deadline = setTimeout(() => this.#over.abort(), deadlineMs);
    this.moved();
  }

  get signal(): AbortSignal {
    return this.#over.signal;
  }

  /** Something came. */
  moved() {
    clearTimeout(this.#stall);
    if (this.#stallMs) this.#stall = setTimeout(() => this.#over.abort(), this.#stallMs);
  }

  stop() {
    clearTimeout(this.#stall);
    clearTimeout(this.#deadline);
  }
}

/** Ends the transfer and gives the error to throw. */
async function refuse(response: Response, detail: string): Promise<FetchRefused> {
  await response.body?.cancel().catch(() => undefined);
  return new FetchRefused(detail);
}

/** Reads the body as far as the cap: the declared length need not be true. */
async function readCapped(
  response: Response,
  declared: number,
  { maxBytes, onProgress }: FetchLimits,
  clock: Clock,
): Promise<Uint8Array<ArrayBuffer>[]> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    clock.moved();
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel().catch(() => undefined);
      throw new FetchRefused("the file is too large");
    }
    chunks.push(value);
    onProgress?.(length, declared);
  }
  return chunks;
}

function joined(chunks: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(chunks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

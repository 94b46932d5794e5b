/**
 * Fetches the bytes of a picture that a page shows, cache first, as a stranger: no cookies, no
 * referrer. Stops at a size, and at a time.
 */
import { maxMediaBytes } from "../shared/messages";
import { refusalOf, upgraded } from "./address-guard";

/** The picture cannot be had; the message is fit for people. */
export class FetchRefused extends Error {
  override name = "FetchRefused";
}

const deadlineMs = 20_000;

/**
 * @param pageUrls of the frame that shows it and of its tab.
 * @throws FetchRefused with a plain reason; whatever `signal` was aborted with.
 */
export async function fetchPicture(
  url: string,
  pageUrls: readonly (string | undefined)[],
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const refusal = refusalOf(url, pageUrls);
  if (refusal) throw new FetchRefused(refusal);
  const timeout = AbortSignal.timeout(deadlineMs);
  try {
    const response = await fetch(upgraded(url, pageUrls), {
      // The page has just loaded it; where the browser shares its cache this costs no request.
      cache: "force-cache",
      credentials: "omit",
      referrerPolicy: "no-referrer",
      // Asks servers that choose by this header for what the page got.
      headers: { accept: "image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8" },
      signal: AbortSignal.any([signal, timeout]),
    });
    // The redirect has happened, unseen by us; but nothing of its answer is read.
    const moved = response.redirected ? refusalOf(response.url, pageUrls) : null;
    if (moved) throw await refuse(response, moved);
    if (!response.ok) throw await refuse(response, `the server answered ${response.status}`);
    const declared = Number(response.headers.get("content-length") ?? 0);
    if (declared > maxMediaBytes) throw await refuse(response, "the file is too large");
    return await readCapped(response);
  } catch (error) {
    if (error instanceof FetchRefused || signal.aborted) throw error;
    throw new FetchRefused(
      timeout.aborted ? "the server took too long" : "the file could not be fetched",
    );
  }
}

/** Ends the transfer and gives the error to throw. */
async function refuse(response: Response, detail: string): Promise<FetchRefused> {
  await response.body?.cancel().catch(() => undefined);
  return new FetchRefused(detail);
}

/** Reads the body as far as the cap: the declared length need not be true. */
async function readCapped(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    length += value.length;
    if (length > maxMediaBytes) {
      await reader.cancel().catch(() => undefined);
      throw new FetchRefused("the file is too large");
    }
    chunks.push(value);
  }
  const bytes = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/**
 * Fetches a picture or video from an address that somebody listed, into a file. The list may come
 * from anywhere: only public web addresses are asked, also after redirects and whatever a name
 * resolves to, and nothing is read beyond a size and a time.
 */
import { lookup as dnsLookup, type LookupAddress } from "node:dns";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { get as getPlain, type IncomingMessage, type RequestOptions } from "node:http";
import { get as getSecure } from "node:https";
import type { LookupFunction } from "node:net";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isPrivateHost, refusalOf } from "../entrypoints/offscreen/address-guard";

/** The medium cannot be had; the message is fit for people. */
export class FetchProblem extends Error {
  override name = "FetchProblem";
}

export interface FetchOptions {
  /** Folder for the file. */
  folder: string;
  /** Name of the file without its extension. */
  name: string;
  /** Lets this machine and private networks be reached. */
  allowPrivate: boolean;
  signal: AbortSignal;
  /** For tests: bytes beyond which a file is refused. */
  maxBytes?: number;
}

const maxDownloadBytes = 512 * 1024 * 1024;
const deadlineMs = 120_000;
const maxRedirects = 5;

/** @returns the path of the file. @throws FetchProblem */
export async function fetchMedium(url: string, options: FetchOptions): Promise<string> {
  const timeout = AbortSignal.timeout(deadlineMs);
  const signal = AbortSignal.any([options.signal, timeout]);
  try {
    const response = await follow(url, options, signal);
    const path = join(options.folder, options.name + extensionOf(url));
    try {
      const cap = capAt(options.maxBytes ?? maxDownloadBytes);
      await pipeline(response, cap, createWriteStream(path), { signal });
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
    return path;
  } catch (error) {
    if (error instanceof FetchProblem) throw error;
    if (options.signal.aborted) throw new FetchProblem("the run was stopped");
    if (timeout.aborted) throw new FetchProblem("the server took too long");
    const { code } = error as NodeJS.ErrnoException;
    throw new FetchProblem(`the address could not be fetched${code ? ` (${code})` : ""}`);
  }
}

async function follow(
  url: string,
  { allowPrivate, maxBytes = maxDownloadBytes }: FetchOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  let at = url;
  for (let hop = 0; hop <= maxRedirects; hop++) {
    // The guard lets pages on private hosts reach such hosts: that is what was allowed here.
    const refusal = refusalOf(at, allowPrivate ? ["http://localhost/"] : []);
    if (refusal) throw new FetchProblem(refusal);
    const response = await request(new URL(at), allowPrivate, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location) {
      response.destroy();
      const next = URL.parse(headers.location, at);
      if (!next) throw new FetchProblem("the server sends on to what is no address");
      at = next.href;
      continue;
    }
    if (statusCode !== 200) {
      response.destroy();
      throw new FetchProblem(`the server answered ${statusCode}`);
    }
    if (Number(headers["content-length"] ?? 0) > maxBytes) {
      response.destroy();
      throw new FetchProblem("the file is too large");
    }
    return response;
  }
  throw new FetchProblem("the server sends on from address to address without end");
}

function request(url: URL, allowPrivate: boolean, signal: AbortSignal): Promise<IncomingMessage> {
  const options: RequestOptions = {
    signal,
    headers: {
      accept: "image/*,video/*,*/*;q=0.8",
      // Media are compressed already, and a hash has to be that of the file.
      "accept-encoding": "identity",
      "user-agent": "Unmask-scan",
    },
    ...(!allowPrivate && { lookup: publicLookup }),
  };
  const get = url.protocol === "https:" ? getSecure : getPlain;
  return new Promise((resolve, reject) => {
    get(url, options, resolve).on("error", reject);
  });
}

/** Refuses names that resolve into private networks at the moment of connecting. */
const publicLookup: LookupFunction = (hostname, options, callback) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
    const isPrivate = addresses?.some(({ address, family }) =>
      isPrivateHost(family === 6 ? new URL(`http://[${address.split("%")[0]}]`).hostname : address),
    );
    const problem = isPrivate
      ? new FetchProblem("the address belongs to a private network")
      : (error ?? (addresses.length === 0 ? new FetchProblem("the name is not known") : null));
    const [first] = addresses ?? [];
    if (problem || !first) return callback(problem, [] as LookupAddress[], 0);
    if (options.all) callback(null, addresses, 0);
    else callback(null, first.address, first.family);
  });
};

/** Ends the transfer at a size: the declared one need not be true. */
function capAt(maxBytes: number): Transform {
  let length = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      length += chunk.length;
      if (length > maxBytes) done(new FetchProblem("the file is too large"));
      else done(null, chunk);
    },
  });
}

/** Some kinds of media are told by their names alone. */
function extensionOf(url: string): string {
  return /\.[a-z0-9]{1,5}$/i.exec(new URL(url).pathname)?.[0] ?? "";
}

/**
 * A small web site on two local origins (127.0.0.1 and localhost, each with its own port) for the
 * demo and the browser tests: same- and cross-origin media, and every way a server misbehaves.
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize, sep } from "node:path";

export interface SiteFile {
  body?: string | Uint8Array;
  /** Path of a file to send instead of `body`. */
  file?: string;
  status?: number;
  headers?: Record<string, string>;
  /** Address to send the browser on to. */
  redirect?: string;
  /** The answer waits for this. */
  after?: Promise<unknown>;
  /** Sends the head and this many bytes, then never another: the connection stays open. */
  stallAfterBytes?: number;
  /** Announces the whole length, sends this many bytes and hangs up. */
  cutAfterBytes?: number;
}

export interface SiteOptions {
  /** By path from the root, such as `/index.html`; a bare string or bytes is a body. */
  files?: Record<string, SiteFile | string | Uint8Array>;
  /** Folders by the path they are served under, such as `{ "/media/": dir }`. */
  folders?: Record<string, string>;
  /** Sent with every answer, such as a Content-Security-Policy. No CORS header is sent unasked. */
  headers?: Record<string, string>;
  /** Ports of the two origins; 0 or absent lets the system choose. */
  ports?: [number, number];
}

export interface Site {
  /** `http://127.0.0.1:PORT`, no slash at the end. */
  origin: string;
  /** `http://localhost:PORT`: the same files from another host. */
  otherOrigin: string;
  /** Requests so far, in order. */
  requests: { host: string; path: string }[];
  close(): Promise<void>;
}

const types: Record<string, string> = {
  ".avif": "image/avif",
  ".css": "text/css; charset=utf-8",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".mp4": "video/mp4",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".webm": "video/webm",
  ".webp": "image/webp",
};

export async function startSite(options: SiteOptions): Promise<Site> {
  const requests: Site["requests"] = [];
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    const path = pathOf(request.url ?? "/");
    requests.push({ host: request.headers.host ?? "", path });
    answer(options, path, request, response).catch(() => response.destroy());
  };
  const [first, second] = options.ports ?? [0, 0];
  const servers = await Promise.all([listen(listener, first), listen(listener, second)]);
  const [port, otherPort] = servers.map((server) => (server.address() as AddressInfo).port);
  return {
    origin: `http://127.0.0.1:${port}`,
    otherOrigin: `http://localhost:${otherPort}`,
    requests,
    close: async () => {
      await Promise.all(servers.map(stop));
    },
  };
}

/** Decoded; an address that is no proper one is left as it came, and not found. */
function pathOf(address: string): string {
  try {
    return decodeURIComponent(new URL(address, "http://site").pathname);
  } catch {
    return address;
  }
}

async function answer(
  options: SiteOptions,
  path: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const found = options.files?.[path] ?? inFolder(options.folders ?? {}, path);
  const file: SiteFile =
    typeof found === "string" || found instanceof Uint8Array ? { body: found } : (found ?? {});
  await file.after;
  const body = found ? await bodyOf(file) : null;
  const headers: Record<string, string> = {
    "cache-control": "no-store",
    ...options.headers,
    ...file.headers,
  };
  if (file.redirect) {
    response.writeHead(file.status ?? 302, { ...headers, location: file.redirect }).end();
    return;
  }
  if (!body) {
    response.writeHead(404, headers).end("not found");
    return;
  }
  headers["content-type"] ??= types[extname(path)] ?? types[".html"] ?? "";
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
  if (range) {
    // Seeking in a video needs ranges.
    const start = Number(range[1]);
    const end = range[2] ? Math.min(Number(range[2]), body.length - 1) : body.length - 1;
    const part = body.subarray(start, end + 1);
    const contentRange = `bytes ${start}-${end}/${body.length}`;
    response.writeHead(206, { ...headers, ...lengths(part), "content-range": contentRange });
    send(response, part, file);
    return;
  }
  response.writeHead(file.status ?? 200, { ...headers, ...lengths(body) });
  send(response, body, file);
}

const lengths = (body: Buffer) => ({
  "accept-ranges": "bytes",
  "content-length": String(body.length),
});

function send(response: ServerResponse, body: Buffer, file: SiteFile): void {
  if (file.stallAfterBytes !== undefined) {
    response.flushHeaders();
    response.write(body.subarray(0, file.stallAfterBytes));
  } else if (file.cutAfterBytes !== undefined) {
    response.write(body.subarray(0, file.cutAfterBytes), () => response.destroy());
  } else {
    response.end(body);
  }
}

async function bodyOf(file: SiteFile): Promise<Buffer | null> {
  if (file.file) return readFile(file.file).catch(() => null);
  return file.body === undefined ? null : Buffer.from(file.body);
}

function inFolder(folders: Record<string, string>, path: string): SiteFile | null {
  for (const [prefix, folder] of Object.entries(folders)) {
    if (!path.startsWith(prefix)) continue;
    const file = normalize(join(folder, path.slice(prefix.length)));
    if (file.startsWith(normalize(folder + sep))) return { file };
  }
  return null;
}

function listen(
  listener: (request: IncomingMessage, response: ServerResponse) => void,
  port: number,
): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer(listener);
    server.on("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });
}

/** Stalled answers never end by themselves. */
function stop(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

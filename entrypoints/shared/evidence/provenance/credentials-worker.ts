/**
 * Reads the Content Credentials of one file, and then has done: a worker is thrown away after one
 * file, so that a hostile manifest can neither hang nor spoil the next. It speaks to the library's
 * WebAssembly directly: `@contentauth/c2pa-web`, the usual wrapper, starts its worker from a blob or
 * from https only, and the extension's content policy (rightly) allows neither.
 */
import init, { WasmReader } from "@contentauth/c2pa-wasm";
import { messageOf, type WorkerAnswer } from "./one-shot";

export interface CredentialsRequest {
  file: Blob;
  /** "image/jpeg". */
  type: string;
  /** PEM certificates of the signers to trust; left out, nobody is trusted and nobody distrusted. */
  trustAnchors?: string;
}

/** The manifest store as the library reports it; null where the file carries none. */
export type CredentialsAnswer = WorkerAnswer<{ store: unknown } | null>;

/** A manifest may be compressed; honest ones unpack to a few hundred kilobytes. */
const maxManifestMegabytes = 16;

const settings = ({ trustAnchors }: CredentialsRequest) =>
  JSON.stringify({
    verify: {
      verify_after_reading: true,
      verify_trust: trustAnchors !== undefined,
      verify_timestamp_trust: false,
      ocsp_fetch: false,
      remote_manifest_fetch: false,
    },
    ...(trustAnchors === undefined ? {} : { trust: { trust_anchors: trustAnchors } }),
    core: {
      // None: an empty list refuses every host, whatever a manifest asks for.
      allowed_network_hosts: [],
      max_decompressed_manifest_size_in_mb: maxManifestMegabytes,
    },
  });

/** The settings above switch fetching off; this makes sure of it, whatever the library does. */
function closeNetwork() {
  const refuse = () => Promise.reject(new TypeError("the credentials reader has no network"));
  Object.assign(self, { fetch: refuse });
  for (const name of ["XMLHttpRequest", "WebSocket", "EventSource", "WebTransport"]) {
    Reflect.deleteProperty(self, name);
  }
}

async function read(request: CredentialsRequest): Promise<{ store: unknown } | null> {
  await init({ module_or_path: new URL("/c2pa/c2pa_bg.wasm", self.location.origin) });
  closeNetwork();
  let reader: WasmReader;
  try {
    reader = await WasmReader.fromBlob(request.type, request.file, settings(request));
  } catch (error) {
    if (messageOf(error).includes("JumbfNotFound")) return null;
    throw error;
  }
  return { store: reader.manifestStore() };
}

self.onmessage = async ({ data }: MessageEvent<CredentialsRequest>) => {
  let answer: CredentialsAnswer;
  try {
    answer = { out: await read(data) };
  } catch (error) {
    answer = { error: messageOf(error) };
  }
  self.postMessage(answer);
};

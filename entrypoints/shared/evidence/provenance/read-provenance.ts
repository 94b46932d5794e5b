/** Reads what a file says of its own origin, each reader in a worker that lives for one file. */
import type { Provenance } from "../evidence";
import { credentialsOf, unreadCredentials } from "./credentials";
import type { CredentialsAnswer, CredentialsRequest } from "./credentials-worker";
import { generatorMarks } from "./generator-marks";
import type { MetadataFact } from "./metadata-facts";
import type { MetadataAnswer } from "./metadata-worker";
import { askOnce, OneShotError } from "./one-shot";

/** Eight megabytes of WebAssembly to compile on a busy machine, then hashing of the whole file. */
const credentialsDeadlineMs = 60_000;
const metadataDeadlineMs = 15_000;
/** The library reads the file into WebAssembly's memory. */
const maxCredentialsBytes = 512 * 1024 * 1024;

type OutOf<T> = T extends { out: infer O } ? O : never;

/**
 * @param type as the bytes themselves say.
 * @param trustAnchors PEM certificates of trusted signers; left out, no signer is trusted.
 * @throws whatever `signal` was aborted with; what cannot be read is said in the answer.
 */
export async function readProvenance(
  file: Blob,
  type: string,
  signal: AbortSignal,
  trustAnchors?: string,
): Promise<Provenance> {
  const [credentials, metadata] = await Promise.all([
    readCredentials({ file, type, trustAnchors }, signal),
    type.startsWith("image/") ? readMetadata(file, signal) : [],
  ]);
  return { credentials, metadata, generatorMarks: generatorMarks(metadata) };
}

async function readCredentials(
  request: CredentialsRequest,
  signal: AbortSignal,
): Promise<Provenance["credentials"]> {
  if (request.file.size > maxCredentialsBytes) {
    return { state: "unread", detail: "The file is too large to read Content Credentials from." };
  }
  const worker = new Worker(new URL("./credentials-worker.ts", import.meta.url), {
    type: "module",
  });
  try {
    const found = await askOnce<OutOf<CredentialsAnswer>>(
      worker,
      request,
      credentialsDeadlineMs,
      signal,
    );
    return credentialsOf(found && found.store);
  } catch (error) {
    if (!(error instanceof OneShotError)) throw error;
    return unreadCredentials(error.message);
  }
}

async function readMetadata(file: Blob, signal: AbortSignal): Promise<MetadataFact[]> {
  const worker = new Worker(new URL("./metadata-worker.ts", import.meta.url), { type: "module" });
  try {
    return await askOnce<OutOf<MetadataAnswer>>(worker, file, metadataDeadlineMs, signal);
  } catch (error) {
    if (!(error instanceof OneShotError)) throw error;
    return [{ group: "Metadata", name: "Could not be read", value: error.message.slice(0, 500) }];
  }
}

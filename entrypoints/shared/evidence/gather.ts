/** From a request to evidence, part by part. */
import type { Evidence } from "./evidence";
import type { EvidenceRequest, EvidenceServices, OnEvidenceProgress } from "./request";

/**
 * Gathers all that can be had on one medium. What cannot be read, fetched or scored is said in the
 * evidence itself, in plain words; the parts that could be had stay.
 *
 * @param signal ends the work; what was found by then is kept once there is a verdict.
 * @param onProgress called with the draft whenever a part of it has come.
 * @throws whatever `signal` was aborted with, where nothing had been found yet.
 */
export async function gatherEvidence(
  request: EvidenceRequest,
  services: EvidenceServices,
  signal: AbortSignal,
  onProgress: OnEvidenceProgress = () => {},
): Promise<Evidence> {
  signal.throwIfAborted();
  onProgress({
    evidence: { id: crypto.randomUUID(), origin: request.origin },
    pending: ["file", "verdict", "provenance", "stability"],
    doing: "Reading the file",
  });
  await services.detectorFacts();
  throw new Error("gathering evidence is not built yet");
}

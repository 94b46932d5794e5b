/**
 * Gathers evidence for a request and shows it: what the side panel and the scan page put on screen.
 * It owns cancelling and the closer look; whoever uses it keeps the result.
 */
import { useEffect, useState } from "preact/hooks";
import { EvidenceView } from "../../../components/evidence/EvidenceView";
import type { Evidence } from "./evidence";
import { gatherEvidence } from "./gather";
import type { EvidenceProgress, EvidenceRequest, EvidenceServices } from "./request";

export interface EvidencePaneProps {
  /** Another object is another request: the work on the one before ends. */
  request: EvidenceRequest;
  services: EvidenceServices;
  /** Called when evidence is complete, and again after a closer look. */
  onEvidence?(evidence: Evidence): void;
}

export function EvidencePane({ request, services, onEvidence }: EvidencePaneProps) {
  const [progress, setProgress] = useState<EvidenceProgress | null>(null);
  useEffect(() => {
    const over = new AbortController();
    gatherEvidence(request, services, over.signal, setProgress).then(onEvidence, () => undefined);
    return () => over.abort();
  }, [request, services]);
  if (!progress) return null;
  const { evidence, pending, ...rest } = progress;
  return <EvidenceView evidence={evidence} pending={pending} progress={rest} />;
}

/**
 * Everything known of one medium on one page: what the detector saw, how it was looked at, what the
 * file says of itself. Shows a draft while it fills (with room kept for what is pending) as well as
 * evidence kept in a case.
 */
import type { Evidence } from "../../entrypoints/shared/evidence/evidence";
import { title } from "../words";

export interface EvidenceViewProps {
  /** Evidence as far as it has got; finished evidence fits too. */
  evidence: Partial<Evidence> & Pick<Evidence, "id" | "origin">;
  /** Parts still to come; leave out for finished evidence. */
  pending?: readonly ("file" | "verdict" | "provenance" | "stability")[];
  /** What is being done now, and how much of it, 0 to 1. */
  progress?: { doing: string; share?: number };
  /** Ends what is being done; what was found stays. */
  onCancel?(): void;
  /** Samples the whole video more densely; left out where there is no such thing to do. */
  onLookCloser?(): void;
  /** Why there is no closer look, a sentence; only without `onLookCloser`. */
  closerImpossible?: string;
  /** A sharp picture of a video at a moment, where its file is at hand; the caller closes it. */
  frameAt?(time: number, signal: AbortSignal): Promise<ImageBitmap>;
}

export function EvidenceView({ evidence }: EvidenceViewProps) {
  return (
    <article class="evidence">{evidence.verdict && <h2>{title(evidence.verdict)}</h2>}</article>
  );
}

/**
 * Gathers evidence for a request and shows it: what the side panel and the scan page put on screen.
 * It owns cancelling and the closer look; whoever uses it keeps the result.
 */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { EvidenceView } from "../../../components/evidence/EvidenceView";
import type { Evidence } from "./evidence";
import { FrameSource } from "./frame-source";
import { gatherEvidence } from "./gather";
import { closerImpossible, lookCloser } from "./look-closer";
import type {
  EvidenceProgress,
  EvidenceRequest,
  EvidenceServices,
  OnEvidenceProgress,
} from "./request";

export interface EvidencePaneProps {
  /** Another object is another request: the work on the one before ends. */
  request: EvidenceRequest;
  services: EvidenceServices;
  /** Called when evidence is complete, and again after a closer look. */
  onEvidence?(evidence: Evidence): void;
  /** Called when the work ended without evidence: it was cancelled, or failed. */
  onNothing?(): void;
}

type Work = (signal: AbortSignal, onProgress: OnEvidenceProgress) => Promise<Evidence>;

export function EvidencePane({ request, services, onEvidence, onNothing }: EvidencePaneProps) {
  const [progress, setProgress] = useState<EvidenceProgress | null>(null);
  const [evidence, setEvidence] = useState<Evidence | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const underWay = useRef<AbortController | null>(null);

  const run = (work: Work) => {
    underWay.current?.abort();
    const over = new AbortController();
    underWay.current = over;
    setProblem(null);
    work(over.signal, (soFar) => {
      // What was aborted may still have something to say.
      if (underWay.current === over) setProgress(soFar);
    })
      .then(
        (found) => {
          if (underWay.current !== over) return;
          setEvidence(found);
          onEvidence?.(found);
          if (over.signal.aborted) setProblem("Cancelled. What had been found is kept.");
        },
        (error: unknown) => {
          if (underWay.current !== over) return;
          setProblem(over.signal.aborted ? "Cancelled." : said(error));
          onNothing?.();
        },
      )
      .finally(() => {
        if (underWay.current === over) underWay.current = null;
        if (underWay.current === null) setProgress(null);
      });
  };

  useEffect(() => {
    setEvidence(null);
    setProgress(null);
    run((signal, onProgress) => gatherEvidence(request, services, signal, onProgress));
    return () => {
      underWay.current?.abort();
      underWay.current = null;
    };
  }, [request, services]);

  const frames = useMemo(() => new FrameSource(request), [request]);
  useEffect(() => () => frames.close(), [frames]);

  const shown = progress?.evidence ?? evidence;
  if (!shown) return problem ? <p role="alert">{problem}</p> : null;
  const impossible = evidence && closerImpossible(evidence, request);
  return (
    <EvidenceView
      evidence={shown}
      {...(progress && { pending: progress.pending, progress })}
      {...(problem !== null && { problem })}
      onCancel={() => underWay.current?.abort()}
      {...(evidence &&
        impossible === null && {
          onLookCloser: () =>
            run((signal, onProgress) =>
              lookCloser(evidence, request, services, signal, onProgress),
            ),
        })}
      {...(impossible && { closerImpossible: impossible })}
      {...(frames.has(shown) && { frameAt: frames.frameAt })}
    />
  );
}

function said(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return `This did not work: ${message.replace(/\.$/, "")}.`;
}

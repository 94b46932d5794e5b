/**
 * Gathers the evidence of what is open, and of what was asked on demand one after the other, and
 * shows the one that is open. Panes stay for a while after they are left: coming back is free, and
 * a closer look goes on.
 */
import { useCallback, useEffect, useRef } from "preact/hooks";
import { KeepInCase } from "../../components/cases/KeepInCase";
import { EmptyState } from "../../components/EmptyState";
import type { CasesDesk } from "../shared/cases/desk";
import { EvidencePane } from "../shared/evidence/EvidencePane";
import { bytesAtHand } from "../shared/evidence/medium-file";
import type { EvidenceServices } from "../shared/evidence/request";
import { openEvidenceServices } from "../shared/evidence/services";
import type { Page } from "../shared/page/use-page";
import { EvidenceDetail } from "./EvidenceDetail";
import type { Inspection, Inspections } from "./inspections";
import { prepareListed } from "./prepare";

/** Panes of finished evidence that are kept after they were left. */
const maxLeft = 6;

interface Props {
  store: Inspections;
  desk: CasesDesk;
  inspections: readonly Inspection[];
  opened: Inspection | null;
  /** The page that the workbench stands beside now. */
  page: Page | "none";
  onBack(): void;
}

export function EvidencePlace({ store, desk, inspections, opened, page, onBack }: Props) {
  const services = useServices();
  const kept = useKeptPanes(inspections, opened);
  const openedId = opened?.id ?? null;
  useReturningFocus(openedId);
  return (
    <>
      {inspections
        .filter(({ id }) => kept.has(id))
        .map((inspection) => {
          const { id, request, evidence, problem, isPrivate } = inspection;
          return (
            <EvidenceDetail
              key={id}
              inspection={inspection}
              isOpen={id === openedId}
              pageUrl={(page !== "none" && page.url) || ""}
              framesByNow={framesByNow(inspection, page)}
              onBack={onBack}
              onUpdate={() => updateListed(store, inspection)}
            >
              {problem && !evidence && (
                <EmptyState sign="trouble" heading="No evidence">
                  {problem}
                </EmptyState>
              )}
              {problem && evidence && (
                <p class="detail-note" role="alert">
                  {problem} What was found before stays.
                </p>
              )}
              {!request && !problem && <p class="detail-note">Reading it from the page …</p>}
              {request && (
                <EvidencePane
                  request={request}
                  services={services()}
                  onEvidence={(found) => {
                    void store.found(id, found);
                    // Where the history cannot be written, the cases say why.
                    void desk.remember(found, { isPrivate }).catch(() => undefined);
                  }}
                  onNothing={() => store.gaveUp(id)}
                />
              )}
              {evidence && isPrivate && (
                <p class="detail-note">
                  This comes from a private window: nothing of it is kept, and it cannot be added to
                  a case.
                </p>
              )}
              {evidence && !isPrivate && (
                <KeepInCase
                  desk={desk}
                  evidence={evidence}
                  original={request ? bytesAtHand(request) : undefined}
                />
              )}
            </EvidenceDetail>
          );
        })}
    </>
  );
}

function framesByNow({ listed }: Inspection, page: Page | "none"): number {
  if (page === "none" || !page.state || listed?.tabId !== page.tabId) return 0;
  const { frameId, mediumId } = listed;
  const medium = page.state.media.find((one) => one.id === mediumId && one.frameId === frameId);
  return medium?.frames ?? 0;
}

function updateListed(store: Inspections, { id, listed }: Inspection): void {
  if (!listed) return;
  const { tabId, frameId, mediumId } = listed;
  store.again(id, () => prepareListed(tabId, frameId, mediumId));
}

/** Opened when the first evidence is gathered: a detector takes some hundred megabytes. */
function useServices(): () => EvidenceServices {
  const services = useRef<EvidenceServices | null>(null);
  useEffect(() => () => services.current?.close(), []);
  return useCallback(() => {
    services.current ??= openEvidenceServices();
    return services.current;
  }, []);
}

/**
 * The one that is open, the one on demand whose turn it is, and those finished last. What was opened
 * from the list and left unfinished is given up: who walks through a list leaves many behind.
 */
function useKeptPanes(
  inspections: readonly Inspection[],
  opened: Inspection | null,
): ReadonlySet<string> {
  const recent = useRef<string[]>([]);
  const working = inspections
    .filter((one) => one.listed === null && !one.evidence && !one.problem && !one.gaveUp)
    .toSorted((a, b) => a.turn - b.turn)[0];
  const now = [opened?.id, working?.id].filter((id) => id !== undefined);
  const finished = new Set(inspections.flatMap(({ id, evidence }) => (evidence ? [id] : [])));
  const before = recent.current.filter((id) => !now.includes(id) && finished.has(id));
  recent.current = [...now, ...before.slice(0, maxLeft)];
  return new Set(recent.current);
}

/** Gives the focus back to where it was when the evidence was opened. */
function useReturningFocus(openedId: string | null): void {
  const from = useRef<Element | null>(null);
  const wasOpen = useRef(false);
  // Asked while drawing, before the evidence takes the focus.
  if (openedId !== null && !wasOpen.current) from.current = document.activeElement;
  useEffect(() => {
    if (openedId === null && wasOpen.current && from.current instanceof HTMLElement) {
      from.current.focus({ preventScroll: true });
    }
    wasOpen.current = openedId !== null;
  }, [openedId]);
}

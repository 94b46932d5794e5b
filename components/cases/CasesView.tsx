/**
 * The workbench's cases: a list of them, one of them with its media, and the history. Whoever mounts
 * it brings the desk; it keeps its own place (which case, which item is open).
 */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { CaseItem } from "../../entrypoints/shared/evidence/evidence";
import { CaseList } from "./CaseList";
import { CasePage } from "./CasePage";
import { HistoryPage } from "./HistoryPage";
import { type Telling, TellingContext } from "./tell";

export interface CasesViewProps {
  /** From `openCasesDesk()`, once a page. */
  desk: CasesDesk;
  /** Draws the evidence of an opened item, above its notes: the evidence view. */
  renderEvidence(item: CaseItem): ComponentChildren;
  /** What is shown first. */
  startAt?: "cases" | "history";
  /** Opens the same in a tab, where there is more room; left out where it stands in one. */
  onOpenInTab?(): void;
}

type Place =
  | { at: "cases"; from?: string }
  | { at: "history" }
  | { at: "case"; id: string; itemId?: string };

interface Said {
  text: string;
  undo?: (() => Promise<unknown>) | undefined;
}

export function CasesView({
  desk,
  renderEvidence,
  startAt = "cases",
  onOpenInTab,
}: CasesViewProps) {
  const [place, setPlace] = useState<Place>({ at: startAt });
  const [said, setSaid] = useState<Said | null>(null);
  const [trouble, setTrouble] = useState<string | null>(null);
  const telling = useMemo(() => tellingOf(setSaid, setTrouble), []);

  useEffect(() => {
    desk.store.onBlocked(({ message }) => setTrouble(message));
  }, [desk]);

  return (
    <TellingContext.Provider value={telling}>
      <section class="cases" aria-label="Cases and history">
        {place.at !== "case" && (
          <nav class="cases-tabs" aria-label="Cases">
            <Tab name="Cases" here={place.at === "cases"} onGo={() => setPlace({ at: "cases" })} />
            <Tab
              name="History"
              here={place.at === "history"}
              onGo={() => setPlace({ at: "history" })}
            />
            {onOpenInTab && (
              <button type="button" class="cases-tab cases-out" onClick={onOpenInTab}>
                Open in a tab
              </button>
            )}
          </nav>
        )}
        {trouble && (
          <div class="cases-trouble" role="alert">
            <p>{trouble}</p>
            <button type="button" class="button" onClick={() => setTrouble(null)}>
              Close
            </button>
          </div>
        )}
        <div class="cases-place">
          {place.at === "cases" && (
            <CaseList
              desk={desk}
              focusId={place.from}
              onOpen={(id, itemId) => setPlace({ at: "case", id, ...(itemId && { itemId }) })}
            />
          )}
          {place.at === "history" && <HistoryPage desk={desk} />}
          {place.at === "case" && (
            <CasePage
              key={place.id}
              desk={desk}
              id={place.id}
              firstItemId={place.itemId}
              renderEvidence={renderEvidence}
              onBack={() => setPlace({ at: "cases", from: place.id })}
            />
          )}
        </div>
        {/* Always there, so that a screen reader hears what comes into it. */}
        <div class="cases-said" role="status">
          {said && (
            <>
              <p>{said.text}</p>
              {said.undo && (
                <button
                  type="button"
                  class="button"
                  onClick={() => {
                    const { undo } = said;
                    setSaid(null);
                    if (undo) void telling.attempt(undo);
                  }}
                >
                  Undo
                </button>
              )}
              <button
                type="button"
                class="icon-button"
                aria-label="Dismiss"
                onClick={() => setSaid(null)}
              >
                <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
                  <path
                    d="m3.5 3.5 9 9m0-9-9 9"
                    fill="none"
                    stroke="currentColor"
                    stroke-width="1.75"
                  />
                </svg>
              </button>
            </>
          )}
        </div>
      </section>
    </TellingContext.Provider>
  );
}

function tellingOf(
  setSaid: (said: Said | null) => void,
  setTrouble: (trouble: string | null) => void,
): Telling {
  return {
    said: (text, undo) => setSaid({ text, undo }),
    async attempt(work) {
      try {
        const result = await work();
        setTrouble(null);
        return result;
      } catch (error) {
        setTrouble(error instanceof Error ? error.message : String(error));
        return undefined;
      }
    },
  };
}

function Tab({ name, here, onGo }: { name: string; here: boolean; onGo(): void }) {
  return (
    <button type="button" class="cases-tab" aria-current={here ? "page" : undefined} onClick={onGo}>
      {name}
    </button>
  );
}

/**
 * The workbench's cases: a list of them, one of them with its media, and the history. Whoever mounts
 * it brings the stores; it keeps its own place (which case, which item is open).
 */
import type { ComponentChildren } from "preact";
import type { HistoryStore } from "../../entrypoints/shared/cases/history";
import type { CaseStore } from "../../entrypoints/shared/cases/store";
import type { CaseItem } from "../../entrypoints/shared/evidence/evidence";

export interface CasesViewProps {
  store: CaseStore;
  history: HistoryStore;
  /** Draws the evidence of an opened item, above its notes: the evidence view. */
  renderEvidence(item: CaseItem): ComponentChildren;
}

export function CasesView({ store }: CasesViewProps) {
  void store;
  return <section class="cases" aria-label="Cases" />;
}

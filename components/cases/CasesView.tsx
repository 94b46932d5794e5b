/**
 * The workbench's cases: a list of them, one of them with its media, and the history. Whoever mounts
 * it brings the desk; it keeps its own place (which case, which item is open).
 */
import type { ComponentChildren } from "preact";
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { CaseItem } from "../../entrypoints/shared/evidence/evidence";

export interface CasesViewProps {
  /** From `openCasesDesk()`, once a page. */
  desk: CasesDesk;
  /** Draws the evidence of an opened item, above its notes: the evidence view. */
  renderEvidence(item: CaseItem): ComponentChildren;
}

export function CasesView({ desk }: CasesViewProps) {
  void desk;
  return <section class="cases" aria-label="Cases" />;
}

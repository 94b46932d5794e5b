/** Under the evidence of a medium: keep it in a case, an old or a new one. */
import type { CaseStore } from "../../entrypoints/shared/cases/store";
import type { CaseItem, Evidence } from "../../entrypoints/shared/evidence/evidence";

export interface KeepInCaseProps {
  store: CaseStore;
  evidence: Evidence;
  /** The bytes that were checked, where they are at hand; kept with the item. */
  original?: Blob | undefined;
  /** Proposed for a new case, such as the page's title. */
  suggestedTitle?: string | undefined;
  onKept?(item: CaseItem): void;
}

export function KeepInCase({ store }: KeepInCaseProps) {
  void store;
  return null;
}

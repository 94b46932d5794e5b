/** Under the evidence of a medium: keep it in a case, an old or a new one. */
import type { CasesDesk } from "../../entrypoints/shared/cases/desk";
import type { CaseItem, Evidence } from "../../entrypoints/shared/evidence/evidence";

export interface KeepInCaseProps {
  desk: CasesDesk;
  evidence: Evidence;
  /** The bytes that were checked, where they are at hand; kept with the item. */
  original?: Blob | undefined;
  onKept?(item: CaseItem): void;
}

export function KeepInCase({ desk }: KeepInCaseProps) {
  void desk;
  return null;
}

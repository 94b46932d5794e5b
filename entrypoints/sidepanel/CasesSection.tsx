/** The section of the cases. */
import { browser } from "wxt/browser";
import { CasesView } from "../../components/cases/CasesView";
import { EvidenceView } from "../../components/evidence/EvidenceView";
import type { CasesDesk } from "../shared/cases/desk";

export function CasesSection({ desk }: { desk: CasesDesk }) {
  return (
    <CasesView
      desk={desk}
      onOpenInTab={() => void browser.tabs.create({ url: "/cases.html" })}
      renderEvidence={({ evidence }) => <EvidenceView evidence={evidence} />}
    />
  );
}

/** Cases and history in a tab of their own, where there is room for a case beside its media. */
import { render } from "preact";
import { CasesView } from "../../components/cases/CasesView";
import { EvidenceView } from "../../components/evidence/EvidenceView";
import { openCasesDesk } from "../shared/cases/desk";

const desk = openCasesDesk();

const root = document.getElementById("app");
if (root) {
  render(
    <>
      <header class="cases-head">
        <img src="/icon/unmask.svg" width={28} height={28} alt="" />
        <h1>Cases</h1>
      </header>
      <CasesView
        desk={desk}
        startAt={location.hash === "#history" ? "history" : "cases"}
        renderEvidence={({ evidence }) => <EvidenceView evidence={evidence} />}
      />
    </>,
    root,
  );
}

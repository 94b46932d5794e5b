/** A page of the extension that shows evidence and nothing else; bundled by `evidence-page.ts`. */
import { render } from "preact";
import { EvidenceView, type EvidenceViewProps } from "../../../components/evidence/EvidenceView";
import { EvidencePane } from "../../../entrypoints/shared/evidence/EvidencePane";
import type { Evidence, Origin } from "../../../entrypoints/shared/evidence/evidence";
import type { EvidenceRequest } from "../../../entrypoints/shared/evidence/request";
import { openEvidenceServices } from "../../../entrypoints/shared/evidence/services";

const trustAnchors = new URLSearchParams(location.search).get("trust") ?? undefined;
const services = openEvidenceServices({ backend: "wasm", trustAnchors });
const root = document.getElementById("app") as HTMLElement;

export interface EvidencePage {
  /** What was found last. */
  evidence: Evidence | null;
  /** How often evidence was found. */
  count: number;
  check(request: EvidenceRequest): void;
  show(props: EvidenceViewProps): void;
  /** As if the detector's worker could not start. */
  loseDetector(): void;
}

const page: EvidencePage = {
  evidence: null,
  count: 0,
  check(request) {
    page.evidence = null;
    render(
      <EvidencePane
        request={request}
        services={services}
        onEvidence={(evidence) => {
          page.evidence = evidence;
          page.count++;
        }}
      />,
      root,
    );
  },
  show: (props) => render(<EvidenceView {...props} />, root),
  loseDetector: () => services.detector.close(),
};
Object.assign(globalThis, { evidencePage: page });

document.getElementById("file")?.addEventListener("change", ({ currentTarget }) => {
  const [file] = (currentTarget as HTMLInputElement).files ?? [];
  if (!file) return;
  const origin: Origin = { kind: "file", name: file.name };
  page.check({ kind: "bytes", bytes: file, origin });
});

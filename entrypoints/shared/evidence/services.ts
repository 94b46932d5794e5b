/** What the evidence engine works with in an extension page: a detector worker of the page's own. */
import { browser } from "wxt/browser";
import type { BackendName } from "../../../model/backend/backend";
import { createDetectorWorker } from "../../offscreen/detector-worker";
import type { DetectorFacts } from "./evidence";
import { readProvenance } from "./provenance/read-provenance";
import type { EvidenceServices } from "./request";
import { studentFacts } from "./student-facts";

interface ServicesOptions {
  /** Forces a backend; left out, a timed probe chooses. */
  backend?: BackendName;
  /** PEM certificates of trusted signers of Content Credentials; left out, none is trusted. */
  trustAnchors?: string;
}

/** Opens them; whoever does closes them with the page. Nothing heavy starts before it is needed. */
export function openEvidenceServices({
  backend,
  trustAnchors,
}: ServicesOptions = {}): EvidenceServices {
  const detector = createDetectorWorker(backend ? { backend } : {});
  return {
    detector,
    async detectorFacts() {
      const facts = await bundledStudent();
      try {
        return { ...facts, backend: (await detector.describe()).backend };
      } catch {
        // The student's facts stand without a running detector; the verdict says what is wrong.
        return { ...facts, backend: "none" };
      }
    },
    readProvenance: (file, type, signal) => readProvenance(file, type, signal, trustAnchors),
    close: () => detector.close(),
  };
}

/** From the card of the bundled package. */
async function bundledStudent(): Promise<Omit<DetectorFacts, "backend">> {
  const response = await fetch("/student/card.json");
  const card = new Uint8Array(await response.arrayBuffer());
  return studentFacts(card, browser.runtime.getManifest().version);
}

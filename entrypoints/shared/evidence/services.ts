/** What the evidence engine works with in an extension page: a detector worker of the page's own. */
import { browser } from "wxt/browser";
import type { BackendName } from "../../../model/backend/backend";
import { parseCard } from "../../../model/package/card";
import { sha256Hex } from "../../../model/package/digest";
import { createDetectorWorker } from "../../offscreen/detector-worker";
import type { DetectorFacts } from "./evidence";
import type { EvidenceServices } from "./request";

/** Opens them; whoever does closes them with the page. Nothing heavy starts before it is needed. */
export function openEvidenceServices(options: { backend?: BackendName } = {}): EvidenceServices {
  const detector = createDetectorWorker(options);
  return {
    detector,
    async detectorFacts() {
      const facts = await studentFacts();
      try {
        const { backend } = await detector.describe();
        return { ...facts, backend };
      } catch {
        // The student's facts stand without a running detector; the verdict says what is wrong.
        return { ...facts, backend: "none" };
      }
    },
    async readCredentials() {
      return { state: "unread", detail: "Content Credentials are not read yet" };
    },
    close: () => detector.close(),
  };
}

/** From the card of the bundled package. */
async function studentFacts(): Promise<Omit<DetectorFacts, "backend">> {
  const response = await fetch("/student/card.json");
  const bytes = new Uint8Array(await response.arrayBuffer());
  const { name, version, temperature, thresholds } = parseCard(new TextDecoder().decode(bytes));
  const plain = ({ logit, falsePositiveRate, realPictures }: (typeof thresholds)["unsure"]) => ({
    logit,
    falsePositiveRate,
    realPictures,
  });
  return {
    model: `${name} ${version}`,
    cardSha256: await sha256Hex(bytes),
    temperature,
    thresholds: {
      unsure: plain(thresholds.unsure),
      suspicious: plain(thresholds.suspicious),
      strong: plain(thresholds.strong),
    },
    toolVersion: browser.runtime.getManifest().version,
  };
}

/** What evidence states of the student in use, read from its card. */
import { parseCard } from "../../../model/package/card";
import { sha256Hex } from "../../../model/package/digest";
import type { DetectorFacts } from "./evidence";

/**
 * @param card bytes of the package's `card.json`.
 * @param toolVersion of the extension or command line.
 * @throws StudentPackageError where the card is damaged.
 */
export async function studentFacts(
  card: Uint8Array,
  toolVersion: string,
): Promise<Omit<DetectorFacts, "backend">> {
  const { name, version, temperature, thresholds } = parseCard(new TextDecoder().decode(card));
  const plain = ({ logit, falsePositiveRate, realPictures }: (typeof thresholds)["unsure"]) => ({
    logit,
    falsePositiveRate,
    realPictures,
  });
  return {
    model: `${name} ${version}`,
    cardSha256: await sha256Hex(card),
    temperature,
    thresholds: {
      unsure: plain(thresholds.unsure),
      suspicious: plain(thresholds.suspicious),
      strong: plain(thresholds.strong),
    },
    toolVersion,
  };
}

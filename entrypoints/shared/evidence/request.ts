/**
 * What may be asked of the evidence engine, what it needs, and what it reports on the way. These
 * types are all that a page (side panel, scan page) has to know of it besides `gatherEvidence`.
 */
import type { MediaKind } from "../../../components/words";
import type { Verdict } from "../../../model/verdict/verdict";
import type { DetectorWorker } from "../../offscreen/detector-worker";
import type { DetectorFacts, Evidence, Origin, Provenance } from "./evidence";

export type EvidenceRequest =
  /** Bytes at hand: a chosen, dropped or pasted file, a cut of a screenshot, a page's `blob:` picture. */
  | {
      kind: "bytes";
      bytes: Blob;
      origin: Origin;
      /** Of a video, seconds: just these, to see again what was seen before. */
      moments?: readonly number[];
    }
  /** Something with an address, fetched again under the address guard. */
  | {
      kind: "address";
      url: string;
      /** Frame that shows it and its tab, for the guard; empty for an address from nowhere. */
      pageUrls: readonly string[];
      origin: Origin;
    }
  /** A page's video, of which the page's own samples are known, and perhaps its file's address. */
  | {
      kind: "seen-video";
      verdict: Verdict;
      /** `data:` pictures of the verdict's faces, in their order; may be shorter. */
      thumbnails: readonly string[];
      /** Of its file, http(s); left out for live video and MediaSource, which have no file. */
      url?: string;
      pageUrls: readonly string[];
      origin: Origin;
      /** Seconds; left out where unknown or endless. */
      duration?: number;
    };

/** What the engine works with; `openEvidenceServices` makes one for a page to keep. */
export interface EvidenceServices {
  detector: DetectorWorker;
  /** Facts of the student in use. They do not need the detector to run. */
  detectorFacts(): Promise<DetectorFacts>;
  /**
   * Reads Content Credentials and metadata on the device; what cannot be read is said in the answer.
   *
   * @param type as the bytes themselves say.
   * @throws whatever `signal` was aborted with.
   */
  readProvenance(file: Blob, type: string, signal: AbortSignal): Promise<Provenance>;
  close(): void;
}

/** Parts that come one after the other; a view keeps room for those pending. */
export type EvidencePart = "file" | "verdict" | "provenance" | "stability";

/** Evidence as far as it has got; whole once nothing is pending. */
export type EvidenceDraft = Partial<Evidence> & Pick<Evidence, "id" | "origin">;

export interface EvidenceProgress {
  evidence: EvidenceDraft;
  pending: readonly EvidencePart[];
  /** What is being done now, a phrase for people: "Fetching the video". */
  doing: string;
  /** How much of that is done, 0 to 1; left out where nobody can know. */
  share?: number;
}

export type OnEvidenceProgress = (progress: EvidenceProgress) => void;

/** The kind of medium that a request is known to be before anything is read. */
export function expectedKind(request: EvidenceRequest): MediaKind | undefined {
  if (request.kind === "seen-video") return "video";
  if (request.kind !== "bytes") return undefined;
  const [kind] = request.bytes.type.split("/");
  return kind === "image" || kind === "video" ? kind : undefined;
}

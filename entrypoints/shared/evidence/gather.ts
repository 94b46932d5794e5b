/** From a request to evidence, part by part. */
import { abstain } from "../../../model/verdict/picture";
import { DetectorError } from "../../offscreen/detector-worker";
import { sampleTimes } from "../../scan/sample-times";
import { VideoError } from "../../scan/video-frames";
import { Draft } from "./draft";
import type { DetectorFacts, Evidence } from "./evidence";
import { fileFacts, type MediumFile, NoFileError, openMedium } from "./medium-file";
import { examinePicture, stabilityOf } from "./picture-evidence";
import {
  type EvidencePart,
  type EvidenceRequest,
  type EvidenceServices,
  expectedKind,
  type OnEvidenceProgress,
} from "./request";
import { samplingWords } from "./sampling-words";
import { examineVideo } from "./video-evidence";

const allParts: readonly EvidencePart[] = ["file", "verdict", "provenance", "stability"];

/**
 * Gathers all that can be had on one medium. What cannot be read, fetched or scored is said in the
 * evidence itself, in plain words; the parts that could be had stay.
 *
 * @param signal ends the work; what was found by then is kept once there is a verdict.
 * @param onProgress called with the draft whenever a part of it has come.
 * @throws whatever `signal` was aborted with, where nothing had been found yet.
 */
export async function gatherEvidence(
  request: EvidenceRequest,
  services: EvidenceServices,
  signal: AbortSignal,
  onProgress: OnEvidenceProgress = () => {},
): Promise<Evidence> {
  signal.throwIfAborted();
  const draft = new Draft(
    {
      id: crypto.randomUUID(),
      origin: request.origin,
      kind: expectedKind(request),
      checkedAt: new Date().toISOString(),
    },
    allParts,
    onProgress,
  );
  const detector = services.detectorFacts();
  // Shown with the rest; a failure comes up where the evidence is put together.
  detector.then(
    (facts) => draft.set({ detector: facts }),
    () => undefined,
  );
  try {
    if (request.kind === "seen-video") await takeSeen(draft, request);
    else await takeFile(draft, request, services, signal);
  } catch (error) {
    if (!signal.aborted || !draft.evidence.verdict) throw error;
  }
  return whole(draft, await detector);
}

/** What the page's own samples said. */
async function takeSeen(draft: Draft, request: EvidenceRequest & { kind: "seen-video" }) {
  const { verdict, thumbnails, url, duration } = request;
  const [first] = verdict.frames ?? [];
  draft.set(
    {
      kind: "video",
      verdict,
      crops: [...thumbnails],
      width: Math.round(first?.width ?? 0),
      height: Math.round(first?.height ?? 0),
      ...(duration !== undefined && Number.isFinite(duration) && { duration }),
      sampling: samplingWords.asPlayed,
      stability: [],
      fileMissing:
        url === undefined
          ? "The page plays this video in pieces or live: there is no file to hash or to read credentials from."
          : "The video's file has not been fetched: looking closer does that.",
    },
    ...allParts,
  );
}

async function takeFile(
  draft: Draft,
  request: EvidenceRequest,
  services: EvidenceServices,
  signal: AbortSignal,
) {
  const model = async () => (await services.detectorFacts()).model;
  let medium: MediumFile;
  let sha256: string;
  try {
    draft.doing(request.kind === "bytes" ? "Reading the file" : "Fetching the file");
    medium = await openMedium(request, signal, (share) => draft.doing("Fetching the file", share));
    draft.doing("Hashing the file");
    const file = await fileFacts(medium, signal);
    sha256 = file.sha256;
    draft.set({ file, ...(medium.kind && { kind: medium.kind }) }, "file");
  } catch (error) {
    if (!(error instanceof NoFileError)) throw error;
    const verdict = abstain("unreadable", await model(), error.message);
    draft.set({ fileMissing: error.message, verdict }, ...allParts);
    return;
  }
  const provenance = services
    .readProvenance(medium.bytes, medium.type, signal)
    .then((found) => draft.set({ provenance: found }, "provenance"));
  // Waited for below, and until then a cancelled one must not count as unhandled.
  provenance.catch(() => undefined);
  if (medium.kind === null) {
    const detail = "the file is neither a picture nor a video";
    draft.set({ verdict: abstain("unreadable", await model(), detail) }, "verdict", "stability");
  } else {
    try {
      if (medium.kind === "image") await takePicture(draft, medium, sha256, services, signal);
      else {
        const moments = request.kind === "bytes" ? request.moments : undefined;
        await takeVideo(draft, medium, moments, services, signal);
      }
    } catch (error) {
      if (!(error instanceof DetectorError)) throw error;
      loseDetector(draft, await model(), error);
    }
  }
  draft.doing("Reading what the file says of itself");
  await provenance;
}

/** Whatever was found before the detector was lost stays. */
function loseDetector(draft: Draft, model: string, { message }: DetectorError) {
  const verdict =
    draft.evidence.verdict ?? abstain("not-scanned", model, `the detector cannot work: ${message}`);
  draft.set({ verdict }, "verdict", "stability");
}

async function takePicture(
  draft: Draft,
  { bytes }: MediumFile,
  sha256: string,
  services: EvidenceServices,
  signal: AbortSignal,
) {
  draft.doing("Looking for faces and signs in them");
  const { evidence, bitmap } = await examinePicture(bytes, sha256, services);
  draft.set(evidence, "verdict");
  if (!bitmap) return draft.set({ stability: [] }, "stability");
  try {
    const stability: Evidence["stability"] = [];
    draft.doing("Testing how stable the result is");
    for await (const result of stabilityOf(bitmap, evidence.verdict, services, signal)) {
      stability.push(result);
      draft.set({ stability: [...stability] });
    }
    draft.set({ stability }, "stability");
  } finally {
    bitmap.close();
  }
}

async function takeVideo(
  draft: Draft,
  { bytes }: MediumFile,
  moments: readonly number[] | undefined,
  services: EvidenceServices,
  signal: AbortSignal,
) {
  const doing = "Looking at moments of the video";
  draft.doing(doing, 0);
  try {
    const times = moments ? () => moments : sampleTimes;
    const found = await examineVideo(bytes, times, services, signal, (soFar) => {
      draft.set(soFar.evidence);
      draft.doing(doing, soFar.looked / soFar.planned);
    });
    if (found.looked === 0) {
      signal.throwIfAborted();
      throw new VideoError("no moment of the video could be looked at");
    }
    draft.set(
      {
        ...found.evidence,
        sampling: (moments ? samplingWords.asked : samplingWords.spread)(found),
        stability: [],
      },
      "verdict",
      "stability",
    );
  } catch (error) {
    if (!(error instanceof VideoError)) throw error;
    const { model } = await services.detectorFacts();
    const verdict = abstain("unreadable", model, error.message);
    draft.set({ verdict, stability: [] }, "verdict", "stability");
  }
}

/** The draft as evidence, with what nothing was found of left empty. */
function whole({ evidence }: Draft, detector: DetectorFacts): Evidence {
  const { id, origin, kind, checkedAt, verdict, ...rest } = evidence;
  return {
    format: 1,
    id,
    origin,
    kind: kind ?? "image",
    checkedAt: checkedAt ?? new Date().toISOString(),
    verdict: verdict ?? abstain("not-scanned", detector.model),
    width: 0,
    height: 0,
    crops: [],
    stability: [],
    ...rest,
    detector,
  };
}

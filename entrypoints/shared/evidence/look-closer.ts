/** A closer look at a video: the whole of it, in short steps, from its file. */
import { VideoError } from "../../scan/video-frames";
import { densePlan } from "./dense-times";
import { Draft } from "./draft";
import type { Evidence } from "./evidence";
import { fileFacts, openMedium } from "./medium-file";
import type { EvidenceRequest, EvidenceServices, OnEvidenceProgress } from "./request";
import { samplingWords } from "./sampling-words";
import { noPicture } from "./small-picture";
import { examineVideo, type LookedAt, VideoFindings } from "./video-evidence";

/** Null where a closer look can be had; else why not, a sentence. */
export function closerImpossible(
  evidence: Partial<Evidence>,
  request: EvidenceRequest,
): string | null {
  if (evidence.kind !== "video") return "Only videos can be looked at more closely.";
  if (request.kind === "seen-video" && request.url === undefined) {
    return "The page plays this video in pieces or live. There is no file to look at more closely: only what it played while you watched.";
  }
  return null;
}

/**
 * Samples the whole video densely, fetching its file if that has not been done.
 *
 * @param before the evidence to improve on. Its id and origin stay.
 * @param signal ends it; what the dense look saw by then is joined with what was known of the rest.
 * @throws NoFileError, VideoError, DetectorError where nothing new could be seen; whatever `signal`
 * was aborted with, likewise.
 */
export async function lookCloser(
  before: Evidence,
  request: EvidenceRequest,
  services: EvidenceServices,
  signal: AbortSignal,
  onProgress: OnEvidenceProgress = () => {},
): Promise<Evidence> {
  signal.throwIfAborted();
  const draft = new Draft(before, [], onProgress);
  draft.doing("Fetching the video");
  const medium = await openMedium(request, signal, (share) =>
    draft.doing("Fetching the video", share),
  );
  if (medium.kind !== "video") throw new VideoError("the file is not a video");
  const doing = "Looking closer";
  let step = 0;
  let planned: readonly number[] = [];
  const found = await examineVideo(
    medium.bytes,
    (duration) => {
      ({ step, times: planned } = densePlan(duration));
      return planned;
    },
    services,
    signal,
    (soFar) => {
      draft.set(soFar.evidence);
      draft.doing(doing, soFar.looked / soFar.planned);
    },
  );
  if (found.looked === 0) {
    signal.throwIfAborted();
    throw new VideoError("no moment of the video could be looked at");
  }
  const joined =
    found.looked < found.planned ? await joinedWith(before, found, services) : found.evidence;
  const { fileMissing: _, ...kept } = before;
  const evidence: Evidence = {
    ...kept,
    ...joined,
    checkedAt: new Date().toISOString(),
    sampling: samplingWords.every(step, found),
    detector: await services.detectorFacts(),
  };
  return evidence.file ? evidence : { ...evidence, ...(await sourceOf(medium, services, signal)) };
}

/** What the file says of itself, for evidence that was gathered without it. */
async function sourceOf(
  medium: Parameters<typeof fileFacts>[0],
  services: EvidenceServices,
  signal: AbortSignal,
): Promise<Partial<Evidence>> {
  try {
    const [file, provenance] = await Promise.all([
      fileFacts(medium, signal),
      services.readProvenance(medium.bytes, medium.type, signal),
    ]);
    return { file, provenance };
  } catch (error) {
    if (!signal.aborted) throw error;
    return { fileMissing: "Cancelled before the file was hashed." };
  }
}

/**
 * A dense look that ended early says nothing of the rest: there, what was seen before still counts,
 * if it was seen in the same pixels.
 */
async function joinedWith(
  before: Evidence,
  { evidence, upTo }: LookedAt,
  { detector }: EvidenceServices,
): Promise<LookedAt["evidence"]> {
  const earlier = before.verdict.frames ?? [];
  const samePixels = earlier.every(
    ({ width, height }) => width === evidence.width && height === evidence.height,
  );
  if (!samePixels) return evidence;
  const { calibration, model } = await detector.describe();
  const findings = new VideoFindings(calibration, model);
  const later = earlier.filter(({ time }) => (time ?? 0) > (upTo ?? -1));
  for (const [{ verdict, crops }, frames] of [
    [evidence, evidence.verdict.frames ?? []],
    [before, later],
  ] as const) {
    const byBox = new Map(
      verdict.faces.map((face, i) => [face.box.join(), { face, crop: crops[i] }]),
    );
    for (const frame of frames) {
      // Frames are kept without their maps; a track's strongest face has its own.
      const faces = frame.faces.map((face) => {
        const map = byBox.get(face.box.join())?.face.map;
        return map ? { ...face, map } : face;
      });
      await findings.add(
        { ...frame, faces },
        async ({ box }) => byBox.get(box.join())?.crop ?? noPicture,
      );
    }
  }
  const after = before.frameThumbnails?.filter(({ time }) => time > (upTo ?? -1)) ?? [];
  return {
    ...evidence,
    ...findings.result(),
    frameThumbnails: [...(evidence.frameThumbnails ?? []), ...after],
  };
}

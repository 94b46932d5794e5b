/** A video file, looked at moment by moment → verdict, a crop of each face track, small frames. */

import type { Calibration } from "../../../model/calibration/calibration";
import type { Box, FaceResult, FrameResult, Verdict } from "../../../model/verdict/verdict";
import { VideoVerdict } from "../../../model/verdict/video";
import { DetectorError, FrameError } from "../../offscreen/detector-worker";
import { openVideo, VideoError } from "../../scan/video-frames";
import type { Evidence } from "./evidence";
import { cropPx, previewPx, squareOf } from "./picture-evidence";
import type { EvidenceServices } from "./request";
import { scoreFrame } from "./score-frame";
import { noPicture, smallPicture } from "./small-picture";

const framePx = 256;
/** A strip of more is no overview, and a case would weigh megabytes. */
const maxThumbnails = 60;
/** The draft grows with every frame; the page is told no more often than this. */
const reportMs = 300;

type FrameThumbnail = NonNullable<Evidence["frameThumbnails"]>[number];

/** What was learnt of a video so far, or in all. */
export interface LookedAt {
  evidence: Pick<
    Evidence,
    "verdict" | "width" | "height" | "duration" | "crops" | "preview" | "frameThumbnails"
  >;
  /** Moments looked at, of those planned. */
  looked: number;
  planned: number;
  /** Last moment looked at, seconds; null before the first. */
  upTo: number | null;
  /** Why the rest was not looked at, a phrase: "the file breaks off". */
  problem?: string;
}

/** Verdict and crops over frames, in whatever order they come. */
export class VideoFindings {
  readonly #verdict: VideoVerdict;
  readonly #frames: FrameResult[] = [];
  /** By the face's box: the verdict names each track's strongest face, which is one of these. */
  readonly #crops = new Map<string, string>();
  readonly #strongest = new Map<number, number>();

  constructor(calibration: Calibration, model: string) {
    this.#verdict = new VideoVerdict(calibration, model, Number.POSITIVE_INFINITY);
  }

  /** @param cropOf gives the small picture of a face; asked only for those that may be shown. */
  async add(frame: FrameResult, cropOf: (face: FaceResult) => Promise<string>): Promise<void> {
    const tracked = this.#verdict.add(frame);
    for (const face of tracked.faces) {
      const track = face.track as number;
      const logit = face.logit ?? Number.NEGATIVE_INFINITY;
      const before = this.#strongest.get(track);
      if (before !== undefined && logit <= before) continue;
      this.#strongest.set(track, logit);
      this.#crops.set(keyOf(face.box), await cropOf(face));
    }
    const light = tracked.faces.map(({ map: _, ...face }) => face);
    this.#frames.push({ ...tracked, faces: light });
  }

  result(): { verdict: Verdict; crops: string[] } {
    const verdict = { ...this.#verdict.verdict(), frames: [...this.#frames] };
    const crops = verdict.faces.map(({ box }) => this.#crops.get(keyOf(box)) ?? noPicture);
    return { verdict, crops };
  }
}

const keyOf = (box: Box) => box.join();

/**
 * Looks at a video's moments one after the other. Where that ends early (the signal, damage, the
 * detector), the result says so and holds what was seen till then.
 *
 * @param timesOf the video's moments, given its length in seconds.
 * @param onLooked called now and then with what is known so far.
 * @throws VideoError, DetectorError where not even one moment could be looked at.
 */
export async function examineVideo(
  file: Blob,
  timesOf: (duration: number) => readonly number[],
  { detector }: EvidenceServices,
  signal: AbortSignal,
  onLooked: (soFar: LookedAt) => void,
): Promise<LookedAt> {
  const { calibration, model } = await detector.describe();
  const findings = new VideoFindings(calibration, model);
  const video = await openVideo(file);
  const times = timesOf(video.duration);
  const thumbnailEvery = Math.ceil(times.length / maxThumbnails);
  const thumbnails: FrameThumbnail[] = [];
  let preview = "";
  let upTo: number | null = null;
  let looked = 0;
  let reportedAt = 0;

  const soFar = (problem?: string): LookedAt => ({
    evidence: {
      ...findings.result(),
      width: video.width,
      height: video.height,
      ...(Number.isFinite(video.duration) && { duration: video.duration }),
      ...(preview && { preview }),
      frameThumbnails: [...thumbnails],
    },
    looked,
    planned: times.length,
    upTo,
    ...(problem !== undefined && { problem }),
  });

  const look = async (frame: ImageBitmap, time: number, index: number) => {
    try {
      const { frame: scored } = await scoreFrame(frame, time, detector);
      await findings.add(scored, (face) => smallPicture(frame, squareOf(face), cropPx));
      if (index % thumbnailEvery === 0) {
        const whole: Box = [0, 0, frame.width, frame.height];
        thumbnails.push({ time, picture: await smallPicture(frame, whole, framePx) });
        preview ||= await smallPicture(frame, whole, previewPx);
      }
      looked++;
      upTo = time;
    } catch (error) {
      // One frame is lost to a hang or a crash; the next may do.
      if (!(error instanceof FrameError)) throw error;
    } finally {
      frame.close();
    }
    if (performance.now() - reportedAt < reportMs || signal.aborted) return;
    reportedAt = performance.now();
    onLooked(soFar());
  };

  // The browser seeks to the next moment while the worker is busy with this one.
  let looking = Promise.resolve();
  let shown = Number.NEGATIVE_INFINITY;
  // Moments at which the same frame still stood: looking at it again would count it twice.
  let held = 0;
  try {
    for (const [index, moment] of times.entries()) {
      if (signal.aborted) break;
      const { frame, time, since } = await video.frameAt(moment);
      if (since === shown) {
        frame.close();
        held++;
        continue;
      }
      shown = since;
      looked += held;
      held = 0;
      await looking;
      looking = look(frame, time, index);
      // Looked at with the next `await`; until then a failure must not count as unhandled.
      looking.catch(() => undefined);
    }
    await looking;
  } catch (error) {
    await looking.catch(() => undefined);
    const known = error instanceof VideoError || error instanceof DetectorError;
    if (!known || looked === 0) throw error;
    return soFar(error.message);
  } finally {
    video.close();
  }
  // One is left over where a video ends a little sooner than it says.
  if (held > 1) return soFar("no new picture comes");
  looked += held;
  return soFar();
}

/**
 * Frames of a video file at its sampling moments, decoded by the browser. Every wait has a deadline:
 * a damaged file may load for ever.
 */
import { sampleTimes } from "./sample-times";

const loadDeadlineMs = 20_000;
const seekDeadlineMs = 10_000;
/** Far beyond any video: seeking there makes the browser find out a length that the file leaves out. */
const beyondTheEndSeconds = 1e7;

export interface VideoSample {
  /** Whole frame at its own size; whoever takes it closes or transfers it. */
  frame: ImageBitmap;
  /** Seconds from the start. */
  time: number;
}

/** The file, or the rest of it, cannot be read; the message is a phrase fit for people. */
export class VideoError extends Error {
  override name = "VideoError";
}

/** @throws VideoError where the video cannot be read (further). */
export async function* videoFrames(file: Blob): AsyncGenerator<VideoSample, void> {
  const url = URL.createObjectURL(file);
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  try {
    video.src = url;
    await happened(video, "loadeddata", loadDeadlineMs);
    if (video.videoWidth === 0) throw new VideoError("the file has no picture");
    if (!Number.isFinite(video.duration)) await seek(video, beyondTheEndSeconds);
    for (const time of sampleTimes(video.duration)) {
      await seek(video, time);
      yield { frame: await createImageBitmap(video), time: video.currentTime };
    }
  } finally {
    video.removeAttribute("src");
    // Without this the decoder stays until the element is collected.
    video.load();
    URL.revokeObjectURL(url);
  }
}

async function seek(video: HTMLVideoElement, time: number): Promise<void> {
  const arrived = happened(video, "seeked", seekDeadlineMs);
  video.currentTime = time;
  await arrived;
}

function happened(video: HTMLVideoElement, event: string, deadlineMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const over = new AbortController();
    const { signal } = over;
    const settle = (problem?: string) => {
      over.abort();
      clearTimeout(deadline);
      if (problem) reject(new VideoError(problem));
      else resolve();
    };
    const deadline = setTimeout(
      () => settle("the video did not load in time; it may be damaged"),
      deadlineMs,
    );
    video.addEventListener(event, () => settle(), { signal });
    video.addEventListener(
      "error",
      () => settle("the browser cannot read this video: it is damaged or of an unknown kind"),
      { signal },
    );
  });
}

/**
 * Frames of a video file at chosen moments, decoded by the browser. Every wait has a deadline: a
 * damaged file may load for ever.
 */
const loadDeadlineMs = 20_000;
const seekDeadlineMs = 10_000;
/** Until the frame of a moment is shown, after it was found; frames that last longer are taken as they are. */
const frameDeadlineMs = 1000;
const lookAgainMs = 50;
/** Time stamps are rounded. */
const toleranceSeconds = 0.002;
/** Far beyond any video: seeking there makes the browser find out a length that the file leaves out. */
const beyondTheEndSeconds = 1e7;

export interface VideoSample {
  /** Whole frame at its own size; whoever takes it closes or transfers it. */
  frame: ImageBitmap;
  /** Seconds from the start. */
  time: number;
  /** Since when the video shows this frame, seconds: a file that breaks off goes on showing its last. */
  since: number;
}

/** The file, or the rest of it, cannot be read; the message is a phrase fit for people. */
export class VideoError extends Error {
  override name = "VideoError";
}

/** A video file opened for looking at moments of it; whoever opens it closes it. */
export interface OpenVideo {
  /** Pixels of its frames. */
  width: number;
  height: number;
  /** Seconds; infinite or not a number where even the browser cannot tell. */
  duration: number;
  /** One call at a time. @throws VideoError where the video cannot be read (further). */
  frameAt(time: number): Promise<VideoSample>;
  close(): void;
}

/** @throws VideoError where the video cannot be read. */
export async function openVideo(file: Blob): Promise<OpenVideo> {
  const url = URL.createObjectURL(file);
  const video = document.createElement("video");
  video.muted = true;
  video.preload = "auto";
  const close = () => {
    video.removeAttribute("src");
    // Without this the decoder stays until the element is collected.
    video.load();
    URL.revokeObjectURL(url);
  };
  try {
    video.src = url;
    await happened(video, "loadeddata", loadDeadlineMs);
    if (video.videoWidth === 0) throw new VideoError("the file has no picture");
    if (!Number.isFinite(video.duration)) await seek(video, beyondTheEndSeconds);
  } catch (error) {
    close();
    throw error;
  }
  return {
    width: video.videoWidth,
    height: video.videoHeight,
    duration: video.duration,
    async frameAt(time) {
      await seek(video, time);
      const since = await shownSince(video, video.currentTime);
      return { frame: await createImageBitmap(video), time: video.currentTime, since };
    },
    close,
  };
}

/**
 * Waits until the frame of a moment is the one that the video shows: on a busy machine "seeked" comes
 * before it does, and the frame of the moment before would be taken for it.
 *
 * @returns since when the frame shown is, seconds. Where none newer comes, the last one stands.
 * @throws VideoError where no frame comes at all.
 */
async function shownSince(video: HTMLVideoElement, time: number): Promise<number> {
  const begun = performance.now();
  for (;;) {
    const shown = frameShown(video);
    const waited = performance.now() - begun;
    if (shown) {
      const { since, until } = shown;
      const fits = since <= time + toleranceSeconds && time < until + toleranceSeconds;
      if (fits || waited > frameDeadlineMs) return since;
    } else if (waited > seekDeadlineMs) {
      throw new VideoError("the video shows no picture");
    }
    await nextFrame(video);
  }
}

/** From when to when the frame lasts that the video shows, seconds; null where it shows none yet. */
function frameShown(video: HTMLVideoElement): { since: number; until: number } | null {
  let frame: VideoFrame;
  try {
    frame = new VideoFrame(video);
  } catch {
    return null;
  }
  const since = frame.timestamp / 1e6;
  const until = since + (frame.duration ?? 0) / 1e6;
  frame.close();
  return { since, until };
}

/** Resolves with the next frame shown, or soon: hidden pages show none. */
function nextFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => {
    const handle = video.requestVideoFrameCallback(() => done());
    const timer = setTimeout(() => done(), lookAgainMs);
    const done = () => {
      video.cancelVideoFrameCallback(handle);
      clearTimeout(timer);
      resolve();
    };
  });
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

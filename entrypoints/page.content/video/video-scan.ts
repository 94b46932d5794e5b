/**
 * Samples one video: takes a frame when one is due, sends it reduced, keeps it sharp until the
 * detector has said which squares it wants. One frame at a time, and never a stale one.
 */
import type { FromDetector, ToDetector } from "../../shared/messages";
import { isPageHidden } from "../document-access";
import { abstention, noModel, type Subject } from "../scan/subject";
import { cropFrame, grabFrame, isBlack, reduceFrame } from "./frame-pixels";
import { isBatteryLow, sampleInterval } from "./pace";
import { captureFrame } from "./tab-capture";

type Message<T extends FromDetector["type"]> = Extract<FromDetector, { type: T }>;
export type Priority = 0 | 1 | 2;

/** Frames after which a video no longer counts as being scanned, though it goes on. */
const settledFrames = 8;
/** A frame that is not done by then is given up; the first one waits for the detector to load. */
const frameDeadlineMs = 45_000;
/** A video without a frame by then is said not to have loaded. */
const loadPatienceMs = 20_000;
/** Frames in a row that could not be had, or were black in a protected video, until we say so. */
const maxFailures = 3;
const retryMs = 1000;

export interface VideoScanHost {
  send(message: ToDetector): boolean;
  needDetector(): void;
  changed(subject: Subject): void;
  /** Takes one of the page's few places for frames; false where all are taken. */
  takePlace(scan: VideoScan): boolean;
  freePlace(scan: VideoScan): void;
}

export class VideoScan {
  priority: Priority = 2;
  private readonly ending = new AbortController();
  private sharp: ImageBitmap | null = null;
  /** Position of the frame under way, seconds; null where there is none. */
  private frameTime: number | null = null;
  private frameTimer: ReturnType<typeof setTimeout> | null = null;
  private dueTimer: ReturnType<typeof setTimeout> | null = null;
  private loadTimer: ReturnType<typeof setTimeout> | null = null;
  private frameRequest: number | null = null;
  private sampledAt = Number.NEGATIVE_INFINITY;
  private sampledTime: number | null = null;
  private tookMs = 0;
  private frames = 0;
  private failures = 0;
  private captured = false;
  private givenUp = false;
  /** Frames behind the verdict that was shown before the detector forgot this video. */
  private framesBefore = 0;

  constructor(
    readonly subject: Subject,
    private readonly video: HTMLVideoElement,
    private readonly host: VideoScanHost,
  ) {}

  get isBusy(): boolean {
    return this.frameTime !== null;
  }

  /** In view and moving, so that the detector is wanted again soon. */
  get isActive(): boolean {
    return this.priority === 0 && !this.givenUp && !this.isStill();
  }

  end(): void {
    this.ending.abort();
    this.stopWaiting();
    this.endFrame();
  }

  setPriority(priority: Priority): void {
    this.priority = priority;
    if (priority !== 0) this.settle();
    this.proceed();
  }

  /** Does what is next: wait, ask for a frame, or nothing while nobody looks. */
  proceed(): void {
    if (this.ending.signal.aborted || this.isBusy || this.givenUp) return;
    if (this.priority !== 0 || isPageHidden()) {
      this.stopWaiting();
      return;
    }
    if (this.video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) {
      this.explainNoFrame();
      return;
    }
    if (this.isStill() && this.video.currentTime === this.sampledTime) {
      this.settle();
      return;
    }
    this.waitFor(this.sampledAt + this.interval() - performance.now());
  }

  /** A place has become free. */
  placeFree(): void {
    if (this.dueTimer === null && this.frameRequest === null) this.proceed();
  }

  tryAgain(): void {
    this.givenUp = false;
    this.failures = 0;
    this.sampledTime = null;
    this.proceed();
  }

  detectorDown(): void {
    this.framesBefore = Math.max(this.framesBefore, this.subject.verdict?.frames?.length ?? 0);
    this.sampledTime = null;
    this.endFrame();
  }

  wantCrops({ time, squares }: Message<"want-crops">): void {
    if (!this.sharp || time !== this.frameTime) return;
    const { sharp } = this;
    const crops = squares.map((square) => cropFrame(sharp, square));
    if (!this.host.send({ type: "video-crops", id: this.subject.id, time, crops })) this.endFrame();
  }

  frameDone({ time, tookMs }: Message<"frame-done">): void {
    if (time !== this.frameTime) return;
    this.tookMs = tookMs;
    this.frames += 1;
    this.endFrame();
    if (this.frames >= settledFrames) this.settle();
    this.proceed();
  }

  verdict({ verdict, thumbnails }: Message<"verdict">): void {
    const { subject } = this;
    const seen = verdict.frames?.length ?? 0;
    // A detector that starts anew knows less than what is shown already.
    if (seen < this.framesBefore && seen < settledFrames) return;
    this.framesBefore = 0;
    subject.verdict = verdict;
    subject.thumbnails = thumbnails;
    const settled = this.frames >= settledFrames || (!this.isBusy && this.isStill());
    if (subject.status === "waiting") subject.status = "scanning";
    if (settled) subject.status = "done";
    this.host.changed(subject);
  }

  private isStill(): boolean {
    return this.video.paused || this.video.ended;
  }

  private waitFor(delayMs: number): void {
    if (this.dueTimer || this.frameRequest !== null) return;
    this.clearLoadTimer();
    this.dueTimer = setTimeout(
      () => {
        this.dueTimer = null;
        this.due();
      },
      Math.max(0, delayMs),
    );
  }

  private due(): void {
    if (this.ending.signal.aborted || this.isBusy || this.priority !== 0 || isPageHidden()) return;
    // The first frame is taken as it is: a video that shows a still picture presents no second one.
    if (this.isStill() || this.captured || this.sampledTime === null) {
      void this.sample(this.video.currentTime);
      return;
    }
    this.frameRequest = this.video.requestVideoFrameCallback((_now, { mediaTime }) => {
      this.frameRequest = null;
      if (!this.ending.signal.aborted && !this.isBusy) void this.sample(mediaTime);
    });
  }

  private async sample(position: number): Promise<void> {
    // Some live streams begin before zero.
    const time = Math.max(0, position);
    if (!this.host.takePlace(this)) return;
    this.frameTime = time;
    this.sampledAt = performance.now();
    this.frameTimer = setTimeout(() => this.overdue(), frameDeadlineMs);
    const { signal } = this.ending;
    const isCurrent = () => !signal.aborted && this.frameTime === time;
    try {
      const sharp = await this.grab();
      if (!isCurrent() || !sharp) {
        sharp?.close();
        // `grab` has set when to try again.
        if (isCurrent()) this.giveFrameUp(0);
        return;
      }
      this.sharp = sharp;
      this.submit(sharp, time);
    } catch (error) {
      if (!isCurrent()) return;
      const tainted = error instanceof DOMException && error.name === "SecurityError";
      if (tainted && !this.captured) {
        this.captured = true;
        this.giveFrameUp(0);
      } else {
        this.failFrame();
      }
    }
  }

  /** null where there is no frame to be had just now. */
  private async grab(): Promise<ImageBitmap | null> {
    if (!this.captured) return grabFrame(this.video);
    const result = await captureFrame(this.video);
    if ("frame" in result) return result.frame;
    if ("impossible" in result) this.abstain(result.impossible);
    else this.sampledAt = performance.now() - this.interval() + result.wait;
    return null;
  }

  /** @throws DOMException `SecurityError` */
  private submit(sharp: ImageBitmap, time: number): void {
    const { subject, priority } = this;
    const reduced = reduceFrame(sharp);
    this.sampledTime = this.isStill() ? this.video.currentTime : time;
    if (this.video.mediaKeys && isBlack(reduced)) {
      this.failFrame();
      return;
    }
    this.failures = 0;
    const { width, height } = sharp;
    const { id } = subject;
    if (!this.host.send({ type: "video-frame", id, time, width, height, reduced, priority })) {
      this.sampledTime = null;
      this.endFrame();
      this.host.needDetector();
      return;
    }
    if (subject.status === "waiting" || subject.verdict?.model === noModel) {
      subject.status = "scanning";
      subject.verdict = null;
      this.host.changed(subject);
    }
  }

  /** Ends a frame that came to nothing; after a few of them it is said of the video. */
  private failFrame(): void {
    this.failures += 1;
    // The next look is at whatever stands there, even if the video stands still.
    this.sampledTime = null;
    if (this.failures >= maxFailures) {
      this.abstain(
        this.video.mediaKeys
          ? "the video is protected (DRM), so the browser does not hand out its picture"
          : "the browser does not hand out its picture",
      );
    }
    this.giveFrameUp();
  }

  private interval(): number {
    const { tookMs, frames, captured } = this;
    return sampleInterval({ tookMs, frames, captured, batteryLow: isBatteryLow() });
  }

  /** Why there is nothing to sample, said at once or after some patience. */
  private explainNoFrame(): void {
    const { video } = this;
    // Also the state of a video that has just been given a source.
    const seemsWithoutSource = video.networkState === HTMLMediaElement.NETWORK_NO_SOURCE;
    const loads = video.networkState === HTMLMediaElement.NETWORK_LOADING;
    if (video.error) {
      this.abstainForNow("unreadable", "the browser cannot play it");
    } else if (video.paused && !loads && !seemsWithoutSource) {
      this.abstainForNow("not-scanned", "it has not been played yet");
    } else {
      this.loadTimer ??= setTimeout(() => {
        this.loadTimer = null;
        if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) this.proceed();
        else this.abstainForNow("unreadable", "it has not loaded");
      }, loadPatienceMs);
    }
  }

  /** Says why there is no verdict; a frame that comes later still counts. */
  private abstainForNow(reason: "unreadable" | "not-scanned", detail: string): void {
    const { subject } = this;
    if (subject.verdict && subject.verdict.model !== noModel) {
      this.settle();
      return;
    }
    if (subject.verdict?.detail === detail) return;
    subject.verdict = abstention(reason, detail);
    subject.status = "done";
    this.host.changed(subject);
  }

  private abstain(detail: string): void {
    this.givenUp = true;
    this.abstainForNow("unreadable", detail);
  }

  /** A verdict that is as good as it gets for now. */
  private settle(): void {
    const { subject } = this;
    if (subject.status !== "scanning" || !subject.verdict) return;
    subject.status = "done";
    this.host.changed(subject);
  }

  private overdue(): void {
    this.sampledTime = null;
    this.giveFrameUp();
  }

  private giveFrameUp(delayMs = retryMs): void {
    this.endFrame();
    this.sampledAt = Math.max(this.sampledAt, performance.now() - this.interval() + delayMs);
    this.proceed();
  }

  private endFrame(): void {
    if (this.frameTimer) clearTimeout(this.frameTimer);
    this.frameTimer = null;
    this.sharp?.close();
    this.sharp = null;
    if (this.frameTime === null) return;
    this.frameTime = null;
    this.host.freePlace(this);
  }

  private stopWaiting(): void {
    if (this.dueTimer) clearTimeout(this.dueTimer);
    this.dueTimer = null;
    if (this.frameRequest !== null) this.video.cancelVideoFrameCallback(this.frameRequest);
    this.frameRequest = null;
    this.clearLoadTimer();
  }

  private clearLoadTimer(): void {
    if (this.loadTimer) clearTimeout(this.loadTimer);
    this.loadTimer = null;
  }
}

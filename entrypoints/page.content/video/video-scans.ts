/**
 * The videos of one frame and their budget: a feed that plays ten at once must not send ten frames
 * at once.
 */
import type { FromDetector, ToDetector } from "../../shared/messages";
import { isPageHidden, listen } from "../document-access";
import type { Subject } from "../scan/subject";
import { type Priority, VideoScan, type VideoScanHost } from "./video-scan";

type Message<T extends FromDetector["type"]> = Extract<FromDetector, { type: T }>;

/** Frames under way at once, of all videos together. */
const maxFrames = 2;

export interface VideoScansListener {
  changed(subject: Subject): void;
  needDetector(): void;
}

export class VideoScans {
  private readonly scans = new Map<string, VideoScan>();
  private readonly busy = new Set<VideoScan>();
  /** Those that found no place, longest waiting first. */
  private readonly queue = new Set<VideoScan>();
  private readonly host: VideoScanHost;

  constructor(
    private readonly send: (message: ToDetector) => boolean,
    { changed, needDetector }: VideoScansListener,
    signal: AbortSignal,
  ) {
    this.host = {
      send,
      changed,
      needDetector,
      takePlace: (scan) => this.takePlace(scan),
      freePlace: (scan) => this.freePlace(scan),
    };
    listen(document, ["visibilitychange"], () => this.resume(), signal);
    signal.addEventListener("abort", () => {
      for (const scan of this.scans.values()) scan.end();
    });
  }

  /** Nothing under way, and nothing playing in view. */
  get isIdle(): boolean {
    if (this.busy.size > 0) return false;
    if (isPageHidden()) return true;
    for (const scan of this.scans.values()) if (scan.isActive) return false;
    return true;
  }

  want(subject: Subject, priority: Priority): void {
    let scan = this.scans.get(subject.id);
    if (!scan) {
      const video = [...subject.elements].find((element) => element instanceof HTMLVideoElement);
      if (!video) return;
      scan = new VideoScan(subject, video, this.host);
      this.scans.set(subject.id, scan);
    }
    scan.setPriority(priority);
  }

  drop(subject: Subject): void {
    const scan = this.scans.get(subject.id);
    if (!scan) return;
    this.scans.delete(subject.id);
    this.queue.delete(scan);
    scan.end();
    this.send({ type: "cancel", id: subject.id });
  }

  /** It plays, was sought, stopped, or has become readable. */
  progress(subject: Subject): void {
    this.scans.get(subject.id)?.proceed();
  }

  tryAgain(subject: Subject): void {
    this.scans.get(subject.id)?.tryAgain();
  }

  /** The detector is there again, or the page is in front again. */
  resume(): void {
    for (const scan of this.scans.values()) scan.proceed();
  }

  detectorDown(): void {
    for (const scan of this.scans.values()) scan.detectorDown();
  }

  wantCrops(message: Message<"want-crops">): void {
    this.scans.get(message.id)?.wantCrops(message);
  }

  frameDone(message: Message<"frame-done">): void {
    this.scans.get(message.id)?.frameDone(message);
  }

  verdict(message: Message<"verdict">): void {
    this.scans.get(message.id)?.verdict(message);
  }

  private takePlace(scan: VideoScan): boolean {
    this.queue.delete(scan);
    if (this.busy.size < maxFrames) {
      this.busy.add(scan);
      return true;
    }
    this.queue.add(scan);
    return false;
  }

  private freePlace(scan: VideoScan): void {
    this.busy.delete(scan);
    // All of them: the first may have gone out of view meanwhile.
    for (const waiting of [...this.queue]) waiting.placeFree();
  }
}

/**
 * Brings pictures to the detector: visible ones first, a few at a time, and each until it has a
 * verdict. A lost connection costs nothing but time.
 */
import { type FromDetector, maxUrlChars, type ToDetector } from "../../shared/messages";
import { displayedSize } from "../media/displayed-medium";
import { isPageLocal, readPageLocal, readPixels, UnreadablePicture } from "../media/read-picture";
import { abstention, type Subject } from "./subject";

type ScanImage = Extract<ToDetector, { type: "scan-image" }>;
type Source = ScanImage["source"];
type PictureVerdict = Extract<FromDetector, { type: "verdict" }>;

/** 0 visible, 1 near the viewport, 2 neither: those wait until they come near again. */
export type Priority = ScanImage["priority"];

/** Enough to keep the detector busy, few enough that a scroll changes what is next. */
const maxInFlight = 8;
/**
 * A picture without an answer for so long is sent once more, then given up. Long, because the first
 * one waits for the detector to load, and other pages may be ahead in its queue.
 */
const answerDeadlineMs = 90_000;
const maxAttempts = 2;

interface Job {
  subject: Subject;
  priority: Priority;
  attempts: number;
  /** Read the pixels of the page: the file could not be fetched again. */
  fromPixels: boolean;
  deadline: ReturnType<typeof setTimeout> | null;
}

export interface PictureQueueListener {
  changed(subject: Subject): void;
  /** There is work and no connection. */
  needDetector(): void;
}

export class PictureQueue {
  private readonly waiting = new Map<string, Job>();
  private readonly inFlight = new Map<string, Job>();

  /** @param send hands a message to the detector; false where there is no connection */
  constructor(
    private readonly send: (message: ToDetector) => boolean,
    private readonly listener: PictureQueueListener,
    private readonly signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => {
      for (const job of this.inFlight.values()) clearDeadline(job);
    });
  }

  get isEmpty(): boolean {
    return this.waiting.size === 0 && this.inFlight.size === 0;
  }

  isInFlight(subject: Subject): boolean {
    return this.inFlight.has(subject.id);
  }

  want(subject: Subject, priority: Priority): void {
    if (subject.status === "done") return;
    const job = this.inFlight.get(subject.id) ?? this.waiting.get(subject.id);
    if (!job) {
      const fresh = { subject, priority, attempts: 0, fromPixels: false, deadline: null };
      this.waiting.set(subject.id, fresh);
    } else if (job.priority !== priority) {
      job.priority = priority;
      if (this.inFlight.has(subject.id))
        this.send({ type: "prioritise", id: subject.id, priority });
    }
    this.pump();
  }

  /** Nobody wants it any more. */
  drop(subject: Subject): void {
    this.waiting.delete(subject.id);
    const job = this.inFlight.get(subject.id);
    if (!job) return;
    this.finish(job);
    subject.status = "waiting";
    this.send({ type: "cancel", id: subject.id });
  }

  started(id: string): void {
    const job = this.inFlight.get(id);
    if (!job) return;
    job.subject.status = "scanning";
    this.listener.changed(job.subject);
  }

  answered({ id, verdict, thumbnails, sha256 }: PictureVerdict): void {
    const job = this.inFlight.get(id);
    if (!job) return;
    this.finish(job);
    if (verdict.reason === "unreadable" && !job.fromPixels && canReadPixels(job.subject)) {
      this.waiting.set(id, { ...job, fromPixels: true, deadline: null });
    } else {
      // The hash of pixels sent from the page would be nobody's file.
      if (!job.fromPixels) job.subject.sha256 = sha256;
      this.settle(job, verdict, thumbnails);
    }
    this.pump();
  }

  /** The connection is lost: what was under way goes back to the line. */
  detectorDown(): void {
    for (const job of this.inFlight.values()) {
      clearDeadline(job);
      job.subject.status = "waiting";
      this.waiting.set(job.subject.id, job);
      this.listener.changed(job.subject);
    }
    this.inFlight.clear();
    if (this.next()) this.listener.needDetector();
  }

  pump(): void {
    while (this.inFlight.size < maxInFlight && !this.signal.aborted) {
      const job = this.next();
      if (!job) return;
      this.waiting.delete(job.subject.id);
      this.inFlight.set(job.subject.id, job);
      void this.dispatch(job);
    }
  }

  private next(): Job | null {
    let best: Job | null = null;
    for (const job of this.waiting.values()) {
      if (job.priority < (best?.priority ?? 2)) best = job;
    }
    return best;
  }

  private async dispatch(job: Job): Promise<void> {
    const { subject } = job;
    let source: Source;
    try {
      source = await this.sourceOf(job);
    } catch (error) {
      if (this.signal.aborted || this.inFlight.get(subject.id) !== job) return;
      const detail = error instanceof UnreadablePicture ? error.message : "it could not be read";
      this.finish(job);
      this.settle(job, abstention("unreadable", detail), []);
      this.pump();
      return;
    }
    if (this.signal.aborted || this.inFlight.get(subject.id) !== job) return;
    const { id } = subject;
    const { priority } = job;
    if (!this.send({ type: "scan-image", id, source, displayed: largestSize(subject), priority })) {
      this.inFlight.delete(id);
      this.waiting.set(id, job);
      this.listener.needDetector();
      return;
    }
    job.deadline = setTimeout(() => this.overdue(job), answerDeadlineMs);
  }

  private async sourceOf({ subject, fromPixels }: Job): Promise<Source> {
    const element = imageOf(subject);
    if (fromPixels) return { kind: "bytes", bytes: await readPixels(element) };
    if (isPageLocal(subject.url)) {
      return { kind: "bytes", bytes: await readPageLocal(subject.url, element, this.signal) };
    }
    if (subject.url.length > maxUrlChars) throw new UnreadablePicture("its address is too long");
    return { kind: "url", url: subject.url };
  }

  private overdue(job: Job): void {
    const { subject } = job;
    this.finish(job);
    this.send({ type: "cancel", id: subject.id });
    job.attempts += 1;
    if (job.attempts < maxAttempts) {
      subject.status = "waiting";
      this.waiting.set(subject.id, job);
    } else {
      this.settle(job, abstention("unreadable", "checking it took too long"), []);
    }
    this.pump();
  }

  private finish(job: Job): void {
    clearDeadline(job);
    this.inFlight.delete(job.subject.id);
  }

  private settle(job: Job, verdict: PictureVerdict["verdict"], thumbnails: string[]): void {
    const { subject } = job;
    subject.status = "done";
    subject.fromPixels = job.fromPixels;
    subject.verdict = verdict;
    subject.thumbnails = thumbnails;
    this.listener.changed(subject);
  }
}

function clearDeadline(job: Job): void {
  if (job.deadline) clearTimeout(job.deadline);
  job.deadline = null;
}

/** An `img` that shows it; backgrounds cannot be drawn. */
export function imageOf({ elements }: Subject): HTMLImageElement | undefined {
  for (const element of elements) if (element instanceof HTMLImageElement) return element;
  return undefined;
}

function canReadPixels(subject: Subject): boolean {
  return imageOf(subject) !== undefined;
}

function largestSize({ elements }: Subject): [number, number] {
  const sizes = [...elements].map(displayedSize);
  return sizes.reduce(
    (best, size) => (size[0] * size[1] > best[0] * best[1] ? size : best),
    [0, 0],
  );
}

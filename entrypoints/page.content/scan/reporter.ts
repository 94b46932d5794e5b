/**
 * Tells the background what was found in this frame, for the popup and the toolbar count. Changes
 * are gathered: the worker should not wake for every picture.
 */
import type { MediaReport } from "../../shared/messages";
import { sendToBackground } from "../extension";
import type { DetectorState } from "./detector-client";
import { reportOf, type Subject } from "./subject";

const gatherMs = 200;
/** Limits of the message's schema. */
const maxChanged = 200;
const maxRemoved = 2000;
const maxDetailChars = 300;

export class Reporter {
  private readonly changed = new Map<string, MediaReport>();
  private readonly removed = new Set<string>();
  private detector: { detector?: DetectorState; detectorDetail?: string } = {};
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(signal: AbortSignal) {
    signal.addEventListener("abort", () => this.cancel());
  }

  subjectChanged(subject: Subject): void {
    this.removed.delete(subject.id);
    this.changed.set(subject.id, reportOf(subject));
    this.schedule();
  }

  subjectRemoved(subject: Subject): void {
    this.changed.delete(subject.id);
    this.removed.add(subject.id);
    this.schedule();
  }

  /** @param detail why it failed */
  detectorState(state: DetectorState, detail?: string): void {
    const { detector, detectorDetail } = this.detector;
    if (state === detector && detail === detectorDetail) return;
    this.detector = {
      detector: state,
      ...(detail ? { detectorDetail: detail.slice(0, maxDetailChars) } : {}),
    };
    this.schedule();
  }

  /** Sends what has gathered without waiting. */
  flush(): void {
    this.cancel();
    let more = true;
    while (more) {
      const changed = take(this.changed.values(), maxChanged);
      for (const { id } of changed) this.changed.delete(id);
      const removed = take(this.removed.values(), maxRemoved);
      for (const id of removed) this.removed.delete(id);
      void sendToBackground({ type: "page-report", changed, removed, ...this.detector });
      more = this.changed.size > 0 || this.removed.size > 0;
    }
  }

  private schedule(): void {
    this.timer ??= setTimeout(() => this.flush(), gatherMs);
  }

  private cancel(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}

function take<T>(values: Iterable<T>, limit: number): T[] {
  const taken: T[] = [];
  for (const value of values) {
    if (taken.length >= limit) break;
    taken.push(value);
  }
  return taken;
}

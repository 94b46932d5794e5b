/**
 * Scans local files with several detector workers side by side. The scan page feeds it for a person,
 * and the command line feeds the scan page.
 */
import type { MediaKind } from "../../components/words";
import type { BackendName } from "../../model/backend/backend";
import type { DetectorDescription } from "../../model/detector/types";
import { abstain } from "../../model/verdict/picture";
import type { Verdict } from "../../model/verdict/verdict";
import type { DetectorWorker } from "../offscreen/detector-worker";
import type { Evidence } from "../shared/evidence/evidence";
import { gatherEvidence } from "../shared/evidence/gather";
import type { EvidenceServices } from "../shared/evidence/request";
import { openEvidenceServices } from "../shared/evidence/services";
import { examineVideo } from "../shared/evidence/video-evidence";
import { headBytes, mediumKind } from "./medium-kind";
import { sampleTimes } from "./sample-times";
import { VideoError } from "./video-frames";

/** A picture file larger than this is not read into memory. */
const maxPictureBytes = 256 * 1024 * 1024;

export interface Scanned {
  kind: MediaKind | null;
  verdict: Verdict;
  /** Why the file, or a part of it, could not be read. */
  error?: string;
  /** All that was learnt of it, where the scanner was asked for evidence. */
  evidence?: Evidence;
}

/** A file to scan. */
export interface ScanJob {
  /** Comes back with every event about the file. */
  id: number;
  file: File;
  /** For evidence on a video: look at these, seconds, and at no others. */
  moments?: readonly number[] | undefined;
}

export interface ScannerOptions {
  /** How many files are scanned at once. */
  workers: number;
  backend: BackendName | undefined;
  /** Gathers what a report holds; some times slower than scores alone. */
  evidence?: boolean;
}

export interface ScannerEvents {
  onReady(description: DetectorDescription): void;
  /** The detector cannot work at all; files are answered with this message as their error. */
  onFailed(message: string): void;
  onStarted(id: number): void;
  /** A long video is still being looked at. */
  onFrame(id: number): void;
  onScanned(id: number, scanned: Scanned): void;
}

export class Scanner {
  readonly #events: ScannerEvents;
  readonly #waiting: ScanJob[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #slots: EvidenceServices[] = [];
  readonly #wantsEvidence: boolean;
  #failure: string | null = null;
  #model = "";

  constructor({ workers, backend, evidence = false }: ScannerOptions, events: ScannerEvents) {
    this.#events = events;
    this.#wantsEvidence = evidence;
    void this.#start(workers, backend);
  }

  add(jobs: ScanJob[]): void {
    this.#waiting.push(...jobs);
    for (const wake of this.#idle.splice(0)) wake();
  }

  close(): void {
    for (const slot of this.#slots) slot.close();
  }

  /** The first worker times the backends by itself; the others take its choice. */
  async #start(workers: number, backend: BackendName | undefined): Promise<void> {
    try {
      const first = this.#open(backend);
      const description = await first.detector.describe();
      this.#model = description.model;
      this.#events.onReady(description);
      const others = Array.from({ length: workers - 1 }, () => this.#open(description.backend));
      for (const slot of [first, ...others]) void this.#work(slot);
    } catch (error) {
      this.#failure = messageOf(error);
      this.#events.onFailed(this.#failure);
      void this.#work(null);
    }
  }

  #open(backend: BackendName | undefined): EvidenceServices {
    const slot = openEvidenceServices(backend ? { backend } : {});
    this.#slots.push(slot);
    return slot;
  }

  /** @param slot null where the detector cannot work. */
  async #work(slot: EvidenceServices | null): Promise<never> {
    for (;;) {
      const next = this.#waiting.shift();
      if (!next) {
        await new Promise<void>((wake) => this.#idle.push(wake));
        continue;
      }
      this.#events.onStarted(next.id);
      const scanned = slot
        ? await this.#scan(slot, next)
        : this.#unreadable(null, this.#failure ?? "the detector is not running");
      this.#events.onScanned(next.id, scanned);
    }
  }

  /** Never throws: whatever is wrong with a file is the answer about it. */
  async #scan(services: EvidenceServices, { id, file, moments }: ScanJob): Promise<Scanned> {
    let kind: MediaKind | null = null;
    try {
      const onFrame = () => this.#events.onFrame(id);
      if (this.#wantsEvidence) return await gatherOn(file, moments, services, onFrame);
      const head = new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
      kind = mediumKind(file.name, head);
      if (kind === null) return this.#unreadable(null, "neither a picture nor a video");
      return kind === "image"
        ? await this.#scanPicture(services.detector, file)
        : await this.#scanVideo(services, file, onFrame);
    } catch (error) {
      return this.#unreadable(kind, messageOf(error));
    }
  }

  async #scanPicture(worker: DetectorWorker, file: File): Promise<Scanned> {
    if (file.size > maxPictureBytes) {
      return this.#unreadable("image", "the file is too large for a picture");
    }
    const { verdict } = await worker.analysePicture(await file.arrayBuffer());
    const unread = verdict.reason === "unreadable" || verdict.reason === "not-scanned";
    return {
      kind: "image",
      verdict,
      ...(unread ? { error: verdict.detail ?? "the picture could not be read" } : {}),
    };
  }

  async #scanVideo(services: EvidenceServices, file: File, onFrame: () => void): Promise<Scanned> {
    // A batch is stopped by closing its browser.
    const { signal } = new AbortController();
    try {
      const found = await examineVideo(file, sampleTimes, services, signal, onFrame);
      if (found.looked === 0) {
        return this.#unreadable("video", "no moment of the video could be looked at");
      }
      const { verdict } = found.evidence;
      return { kind: "video", verdict, ...(found.problem && { error: found.problem }) };
    } catch (error) {
      if (!(error instanceof VideoError)) throw error;
      return this.#unreadable("video", error.message);
    }
  }

  #unreadable(kind: MediaKind | null, error: string): Scanned {
    return { kind, verdict: abstain("unreadable", this.#model, error), error };
  }
}

async function gatherOn(
  file: File,
  moments: readonly number[] | undefined,
  services: EvidenceServices,
  onProgress: () => void,
): Promise<Scanned> {
  const origin = { kind: "file", name: file.name } as const;
  const request = { kind: "bytes", bytes: file, origin, ...(moments && { moments }) } as const;
  // A batch is stopped by closing its browser.
  const { signal } = new AbortController();
  const evidence = await gatherEvidence(request, services, signal, onProgress);
  const { kind, verdict } = evidence;
  const unread = verdict.reason === "unreadable" || verdict.reason === "not-scanned";
  const error = unread ? (verdict.detail ?? `the ${kind} could not be read`) : undefined;
  return { kind, verdict, evidence, ...(error && { error }) };
}

function messageOf(error: unknown): string {
  if (error instanceof DOMException && error.name === "NotFoundError") {
    return "the file is no longer there";
  }
  if (error instanceof DOMException && error.name === "NotReadableError") {
    return "the file could not be opened";
  }
  return error instanceof Error && error.message ? error.message : String(error);
}

/**
 * Scans local files with several detector workers side by side. The scan page feeds it for a person,
 * and the command line feeds the scan page.
 */
import type { MediaKind } from "../../components/words";
import type { BackendName } from "../../model/backend/backend";
import type { DetectorDescription } from "../../model/detector/types";
import { abstain } from "../../model/verdict/picture";
import type { Verdict } from "../../model/verdict/verdict";
import { VideoVerdict } from "../../model/verdict/video";
import { createDetectorWorker, type DetectorWorker } from "../offscreen/detector-worker";
import type { Evidence } from "../shared/evidence/evidence";
import { gatherEvidence } from "../shared/evidence/gather";
import type { EvidenceServices } from "../shared/evidence/request";
import { openEvidenceServices } from "../shared/evidence/services";
import { headBytes, mediumKind } from "./medium-kind";
import { VideoError, videoFrames } from "./video-frames";

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

export interface ScannerOptions {
  /** How many files are scanned at once. */
  workers: number;
  backend: BackendName | undefined;
  /** Gathers what a report holds; some times slower than scores alone. */
  evidence?: boolean;
}

/** A detector worker, and round it what evidence needs where that was asked for. */
interface Slot {
  worker: DetectorWorker;
  services: EvidenceServices | null;
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
  readonly #waiting: { id: number; file: File }[] = [];
  readonly #idle: (() => void)[] = [];
  readonly #slots: Slot[] = [];
  readonly #wantsEvidence: boolean;
  #failure: string | null = null;
  #model = "";

  constructor({ workers, backend, evidence = false }: ScannerOptions, events: ScannerEvents) {
    this.#events = events;
    this.#wantsEvidence = evidence;
    void this.#start(workers, backend);
  }

  /** Takes files in; `id` comes back with every event about the file. */
  add(files: { id: number; file: File }[]): void {
    this.#waiting.push(...files);
    for (const wake of this.#idle.splice(0)) wake();
  }

  close(): void {
    for (const { worker } of this.#slots) worker.close();
  }

  /** The first worker times the backends by itself; the others take its choice. */
  async #start(workers: number, backend: BackendName | undefined): Promise<void> {
    try {
      const first = this.#open(backend);
      const description = await first.worker.describe();
      this.#model = description.model;
      this.#events.onReady(description);
      const others = Array.from({ length: workers - 1 }, () => this.#open(description.backend));
      for (const slot of [first, ...others]) void this.#work(slot, description);
    } catch (error) {
      this.#failure = messageOf(error);
      this.#events.onFailed(this.#failure);
      void this.#work(null, null);
    }
  }

  #open(backend: BackendName | undefined): Slot {
    const options = backend ? { backend } : {};
    const services = this.#wantsEvidence ? openEvidenceServices(options) : null;
    const slot = { worker: services?.detector ?? createDetectorWorker(options), services };
    this.#slots.push(slot);
    return slot;
  }

  async #work(slot: Slot | null, description: DetectorDescription | null): Promise<never> {
    for (;;) {
      const next = this.#waiting.shift();
      if (!next) {
        await new Promise<void>((wake) => this.#idle.push(wake));
        continue;
      }
      this.#events.onStarted(next.id);
      const scanned =
        slot && description
          ? await this.#scan(slot, description, next)
          : this.#unreadable(null, this.#failure ?? "the detector is not running");
      this.#events.onScanned(next.id, scanned);
    }
  }

  /** Never throws: whatever is wrong with a file is the answer about it. */
  async #scan(
    { worker, services }: Slot,
    description: DetectorDescription,
    { id, file }: { id: number; file: File },
  ): Promise<Scanned> {
    let kind: MediaKind | null = null;
    try {
      if (services) return await gatherOn(file, services, () => this.#events.onFrame(id));
      const head = new Uint8Array(await file.slice(0, headBytes).arrayBuffer());
      kind = mediumKind(file.name, head);
      if (kind === null) return this.#unreadable(null, "neither a picture nor a video");
      return kind === "image"
        ? await this.#scanPicture(worker, file)
        : await this.#scanVideo(worker, description, file, () => this.#events.onFrame(id));
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

  async #scanVideo(
    worker: DetectorWorker,
    { calibration, model }: DetectorDescription,
    file: File,
    onFrame: () => void,
  ): Promise<Scanned> {
    const soFar = new VideoVerdict(calibration, model);
    let looked = 0;
    // The browser seeks to the next moment while the worker is busy with this one.
    let analysing = Promise.resolve();
    try {
      for await (const { frame, time } of videoFrames(file)) {
        await analysing;
        analysing = worker.analyseFrame(frame, time).then((scored) => {
          soFar.add(scored.frame);
          looked++;
          onFrame();
        });
        // Looked at with the next `await`; until then a failure must not count as unhandled.
        analysing.catch(() => undefined);
      }
      await analysing;
    } catch (error) {
      if (!(error instanceof VideoError)) throw error;
      await analysing;
      if (looked === 0) return this.#unreadable("video", error.message);
      return { kind: "video", verdict: soFar.verdict(), error: error.message };
    }
    return { kind: "video", verdict: soFar.verdict() };
  }

  #unreadable(kind: MediaKind | null, error: string): Scanned {
    return { kind, verdict: abstain("unreadable", this.#model, error), error };
  }
}

async function gatherOn(
  file: File,
  services: EvidenceServices,
  onProgress: () => void,
): Promise<Scanned> {
  const origin = { kind: "file", name: file.name } as const;
  const request = { kind: "bytes", bytes: file, origin } as const;
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

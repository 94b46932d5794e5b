/**
 * Serves the ports that content scripts open: validates what comes, puts it in order of urgency,
 * answers. Knows nothing of documents, so that Firefox's event page can run it too.
 */
import { abstain } from "../../model/verdict/picture";
import { type FromDetector, parseMessage, type ToDetector, toDetector } from "../shared/messages";
import { DetectorError, type DetectorWorker, FrameError } from "./detector-worker";
import { PictureScans } from "./picture-scans";
import { Recent } from "./recent";
import { Scheduler } from "./scheduler";
import { VideoScan } from "./video-scan";

/** As much of `runtime.Port` as is needed here. */
export interface DetectorPort {
  sender?: { url?: string; tab?: { url?: string } };
  postMessage(message: FromDetector): void;
  disconnect(): void;
  onMessage: { addListener(listener: (message: unknown) => void): void };
  onDisconnect: { addListener(listener: () => void): void };
}

type Message<T extends ToDetector["type"]> = Extract<ToDetector, { type: T }>;

/**
 * Jobs at once: while one is in the worker, others fetch. More would only make the visible ones
 * wait behind what was fetched before.
 */
const concurrentJobs = 3;
/** A content script keeps fewer in flight; a process that sends more has been taken over. */
const maxJobsOfPort = 64;
/** Bytes of pictures that a port may have waiting here. */
const maxWaitingBytes = 256 * 1024 * 1024;
const maxVideosOfPort = 64;
/** Crops that come later belong to a frame the page has given up. */
const cropsDeadlineMs = 30_000;
/** A crop may be reduced, but its shape must stay that of the square asked for. */
const shapeTolerance = 0.1;

export class DetectorService {
  readonly #detector: DetectorWorker;
  readonly #scheduler = new Scheduler(concurrentJobs);
  readonly #pictures: PictureScans;
  readonly #ports = new Set<PortSession>();
  #nextPort = 0;
  /** Called whenever a message comes or a job ends. */
  onActivity: () => void = () => {};

  constructor(detector: DetectorWorker) {
    this.#detector = detector;
    this.#pictures = new PictureScans(detector);
  }

  get isIdle(): boolean {
    return this.#scheduler.isIdle;
  }

  /** Serves a port until it disconnects. The caller has checked who opened it. */
  accept(port: DetectorPort) {
    const session = new PortSession(
      port,
      `${this.#nextPort++}`,
      this.#detector,
      this.#scheduler,
      this.#pictures,
      () => this.onActivity(),
    );
    this.#ports.add(session);
    port.onDisconnect.addListener(() => {
      session.end();
      this.#ports.delete(session);
      this.onActivity();
    });
  }
}

class PortSession {
  readonly #port: DetectorPort;
  readonly #name: string;
  readonly #detector: DetectorWorker;
  readonly #scheduler: Scheduler;
  readonly #pictures: PictureScans;
  readonly #activity: () => void;
  /** Waiting and running jobs by key, with the bytes each holds. */
  readonly #jobs = new Map<string, { bytes: number }>();
  readonly #videos = new Recent<string, VideoScan>(maxVideosOfPort);
  #ended = false;

  constructor(
    port: DetectorPort,
    name: string,
    detector: DetectorWorker,
    scheduler: Scheduler,
    pictures: PictureScans,
    activity: () => void,
  ) {
    this.#port = port;
    this.#name = name;
    this.#detector = detector;
    this.#scheduler = scheduler;
    this.#pictures = pictures;
    this.#activity = activity;
    port.onMessage.addListener((raw) => {
      activity();
      const message = parseMessage(toDetector, raw);
      if (message) this.#receive(message);
    });
    void this.#announce();
  }

  end() {
    this.#ended = true;
    for (const key of this.#jobs.keys()) this.#scheduler.cancel(key);
    this.#jobs.clear();
  }

  async #announce() {
    this.#send({ type: "detector", state: "loading" });
    try {
      await this.#detector.describe();
      this.#send({ type: "detector", state: "ready" });
    } catch (error) {
      this.#send({ type: "detector", state: "failed", detail: (error as Error).message });
    }
  }

  #send(message: FromDetector) {
    if (this.#ended) return;
    try {
      this.#port.postMessage(message);
    } catch {
      // The page went away between two turns of the event loop; `onDisconnect` follows.
    }
  }

  #receive(message: ToDetector) {
    switch (message.type) {
      case "scan-image":
        return this.#scanPicture(message);
      case "prioritise":
        for (const key of this.#keysOf(message.id)) {
          this.#scheduler.prioritise(key, message.priority);
        }
        return;
      case "cancel":
        for (const key of this.#keysOf(message.id)) {
          this.#scheduler.cancel(key);
          this.#jobs.delete(key);
        }
        this.#videos.delete(message.id);
        return;
      case "video-frame":
        return this.#findFaces(message);
      case "video-crops":
        return this.#scoreCrops(message);
    }
  }

  #keysOf(id: string): [picture: string, video: string] {
    return [`${this.#name}/picture/${id}`, `${this.#name}/video/${id}`];
  }

  /** @param run does the work and sends its answers. @param bytes that it holds meanwhile. */
  #schedule(
    key: string,
    priority: number,
    bytes: number,
    run: (signal: AbortSignal) => Promise<void>,
  ) {
    const job = { bytes };
    this.#jobs.set(key, job);
    this.#scheduler.add(key, {
      priority,
      run: async (signal) => {
        try {
          await run(signal);
        } catch (error) {
          // A cancelled job ends with its abort; nobody waits for it.
          if (!signal.aborted) console.error(error);
        } finally {
          // A newer job may have taken the key.
          if (this.#jobs.get(key) === job) this.#jobs.delete(key);
          this.#activity();
        }
      },
    });
  }

  #isOverloaded(bytes: number): boolean {
    let held = bytes;
    for (const job of this.#jobs.values()) held += job.bytes;
    return this.#jobs.size >= maxJobsOfPort || held > maxWaitingBytes;
  }

  #scanPicture({ id, source, priority }: Message<"scan-image">) {
    const bytes = source.kind === "bytes" ? source.bytes.byteLength : 0;
    if (this.#isOverloaded(bytes)) {
      const verdict = abstain("not-scanned", "", "too many pictures at once");
      this.#send({ type: "verdict", id, verdict, thumbnails: [] });
      return;
    }
    const pageUrls = [this.#port.sender?.url, this.#port.sender?.tab?.url];
    this.#schedule(this.#keysOf(id)[0], priority, bytes, async (signal) => {
      this.#send({ type: "started", id });
      try {
        const result = await this.#pictures.scan(source, pageUrls, signal);
        if (!signal.aborted) this.#send({ type: "verdict", id, ...result });
      } catch (error) {
        if (signal.aborted) return;
        const verdict = abstain("not-scanned", "", this.#explain(error));
        this.#send({ type: "verdict", id, verdict, thumbnails: [] });
      }
    });
  }

  /** Tells the page where the detector itself is broken; the reason for the medium. */
  #explain(error: unknown): string {
    const detail = error instanceof Error ? error.message : String(error);
    if (error instanceof DetectorError) this.#send({ type: "detector", state: "failed", detail });
    else console.error(error);
    return detail;
  }

  #findFaces({ id, time, width, height, reduced, priority }: Message<"video-frame">) {
    const bytes = reduced.rgba.byteLength;
    const since = performance.now();
    if (this.#isOverloaded(bytes)) return this.#frameDone(id, time, since);
    this.#schedule(this.#keysOf(id)[1], priority, bytes, (signal) =>
      this.#frameStep(id, time, since, signal, async () => {
        const video = this.#videos.get(id) ?? new VideoScan(await this.#detector.describe());
        if (signal.aborted) return;
        this.#videos.set(id, video);
        this.#send({ type: "started", id });
        const found = await this.#detector.findFaces(reduced, width, height);
        if (signal.aborted) return;
        const squares = found.faces.flatMap(({ cut }) => (cut ? [cut] : []));
        if (squares.length > 0) {
          video.pending = { found, time, since };
          this.#send({ type: "want-crops", id, time, squares });
          return;
        }
        const scored = await this.#detector.scoreCrops(found, [], time);
        if (!signal.aborted) this.#finishFrame(id, video, scored, time, since);
      }),
    );
  }

  #scoreCrops({ id, time, crops }: Message<"video-crops">) {
    const video = this.#videos.get(id);
    const pending = video?.pending;
    if (!video || !pending || pending.time !== time) return;
    video.pending = null;
    const { found, since } = pending;
    const wanted = found.faces.flatMap(({ cut }) => (cut ? [cut] : []));
    const fits =
      performance.now() - since < cropsDeadlineMs &&
      crops.length === wanted.length &&
      crops.every((crop, i) => {
        const [, , width, height] = wanted[i] ?? [0, 0, 1, 1];
        return Math.abs((crop.width * height) / (crop.height * width) - 1) < shapeTolerance;
      });
    if (!fits) {
      this.#frameDone(id, time, since);
      return;
    }
    // A frame half done goes before all that has not begun.
    const bytes = crops.reduce((sum, { rgba }) => sum + rgba.byteLength, 0);
    this.#schedule(this.#keysOf(id)[1], -1, bytes, (signal) =>
      this.#frameStep(id, time, since, signal, async () => {
        const scored = await this.#detector.scoreCrops(found, crops, time);
        if (!signal.aborted) this.#finishFrame(id, video, scored, time, since);
      }),
    );
  }

  /** Whatever happens to a frame, the page is told that it may drop it. */
  async #frameStep(
    id: string,
    time: number,
    since: number,
    signal: AbortSignal,
    step: () => Promise<void>,
  ) {
    try {
      await step();
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof FrameError)) {
        const verdict = abstain("not-scanned", "", this.#explain(error));
        this.#send({ type: "verdict", id, verdict, thumbnails: [] });
      }
      this.#frameDone(id, time, since);
    }
  }

  #finishFrame(
    id: string,
    video: VideoScan,
    scored: Parameters<VideoScan["add"]>[0],
    time: number,
    since: number,
  ) {
    this.#send({ type: "verdict", id, ...video.add(scored) });
    this.#frameDone(id, time, since);
  }

  #frameDone(id: string, time: number, since: number) {
    this.#send({ type: "frame-done", id, time, tookMs: performance.now() - since });
  }
}

/**
 * Serves the ports that content scripts open: validates what comes, puts it in order of urgency,
 * answers. Knows nothing of documents, so that Firefox's event page can run it too.
 */
import { abstain } from "../../model/verdict/picture";
import { type FromDetector, parseMessage, type ToDetector, toDetector } from "../shared/messages";
import { DetectorError, type DetectorWorker, FrameError } from "./detector-worker";
import { type InTurn, PictureScans } from "./picture-scans";
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
 * Pictures under way at once, waiting for their server mostly, and those of one page, which may
 * have pictures that never arrive.
 */
const picturesAtOnce = 16;
const picturesOfPortAtOnce = 6;
/**
 * Calls to the worker at once: one that it does and one that it finds when done. With more, what has
 * just come into view would wait behind what came before.
 */
const callsAtOnce = 2;
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
  readonly #pictureJobs = new Scheduler(picturesAtOnce, picturesOfPortAtOnce);
  readonly #calls = new Scheduler(callsAtOnce);
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
    return this.#pictureJobs.isIdle && this.#calls.isIdle;
  }

  /** Serves a port until it disconnects. The caller has checked who opened it. */
  accept(port: DetectorPort) {
    const session = new PortSession(port, `${this.#nextPort++}`, {
      detector: this.#detector,
      pictureJobs: this.#pictureJobs,
      calls: this.#calls,
      pictures: this.#pictures,
      activity: () => this.onActivity(),
    });
    this.#ports.add(session);
    port.onDisconnect.addListener(() => {
      session.end();
      this.#ports.delete(session);
      this.onActivity();
    });
  }
}

/** What all ports share. */
interface Shared {
  detector: DetectorWorker;
  /** Pictures from first to last. */
  pictureJobs: Scheduler;
  /** Of pictures and videos, what uses the worker. */
  calls: Scheduler;
  pictures: PictureScans;
  activity(): void;
}

/** Work that a port has asked for: its bytes count against the port's share of memory. */
interface PortJob {
  bytes: number;
  priority: number;
}

class PortSession {
  readonly #port: DetectorPort;
  readonly #name: string;
  readonly #shared: Shared;
  readonly #jobs = new Map<string, PortJob>();
  readonly #videos = new Recent<string, VideoScan>(maxVideosOfPort);
  #ended = false;

  constructor(port: DetectorPort, name: string, shared: Shared) {
    this.#port = port;
    this.#name = name;
    this.#shared = shared;
    port.onMessage.addListener((raw) => {
      shared.activity();
      const message = parseMessage(toDetector, raw);
      if (message) this.#receive(message);
    });
    void this.#announce();
  }

  end() {
    this.#ended = true;
    for (const key of this.#jobs.keys()) this.#cancel(key);
  }

  async #announce() {
    this.#send({ type: "detector", state: "loading" });
    try {
      await this.#shared.detector.describe();
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
        for (const key of this.#keysOf(message.id)) this.#prioritise(key, message.priority);
        return;
      case "cancel":
        for (const key of this.#keysOf(message.id)) this.#cancel(key);
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

  #prioritise(key: string, priority: number) {
    const job = this.#jobs.get(key);
    if (job) job.priority = priority;
    this.#shared.pictureJobs.prioritise(key, priority);
    this.#shared.calls.prioritise(key, priority);
  }

  #cancel(key: string) {
    this.#jobs.delete(key);
    this.#shared.pictureJobs.cancel(key);
    this.#shared.calls.cancel(key);
  }

  /** Puts work in line; `run` sends its own answers. An older job of the same key is cancelled. */
  #schedule(
    line: Scheduler,
    key: string,
    job: PortJob,
    run: (signal: AbortSignal) => Promise<void>,
  ) {
    this.#cancel(key);
    this.#jobs.set(key, job);
    line.add(key, {
      priority: job.priority,
      group: this.#name,
      run: async (signal) => {
        try {
          await run(signal);
        } catch (error) {
          // A cancelled job ends with its abort; nobody waits for it.
          if (!signal.aborted) console.error(error);
        } finally {
          // A newer job may have taken the key.
          if (this.#jobs.get(key) === job) this.#jobs.delete(key);
          this.#shared.activity();
        }
      },
    });
  }

  /** Lets part of a job wait for its turn at the worker. */
  #inTurn(key: string, job: PortJob, signal: AbortSignal): InTurn {
    return (work) =>
      new Promise((resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
        this.#shared.calls.add(key, {
          priority: job.priority,
          group: this.#name,
          run: () => work().then(resolve, reject),
        });
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
    const key = this.#keysOf(id)[0];
    const job = { bytes, priority };
    this.#schedule(this.#shared.pictureJobs, key, job, async (signal) => {
      this.#send({ type: "started", id });
      try {
        const inTurn = this.#inTurn(key, job, signal);
        const result = await this.#shared.pictures.scan(source, pageUrls, inTurn, signal);
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
    const { detector, calls } = this.#shared;
    this.#schedule(calls, this.#keysOf(id)[1], { bytes, priority }, (signal) =>
      this.#frameStep(id, time, since, signal, async () => {
        const video = this.#videos.get(id) ?? new VideoScan(await detector.describe());
        if (signal.aborted) return;
        this.#videos.set(id, video);
        this.#send({ type: "started", id });
        const found = await detector.findFaces(reduced, width, height);
        if (signal.aborted) return;
        const squares = found.faces.flatMap(({ cut }) => (cut ? [cut] : []));
        if (squares.length > 0) {
          video.pending = { found, time, since, askedAt: performance.now() };
          this.#send({ type: "want-crops", id, time, squares });
          return;
        }
        const scored = await detector.scoreCrops(found, [], time);
        if (!signal.aborted) this.#finishFrame(id, video, scored, time, since);
      }),
    );
  }

  #scoreCrops({ id, time, crops }: Message<"video-crops">) {
    const video = this.#videos.get(id);
    const pending = video?.pending;
    if (!video || !pending || pending.time !== time) return;
    video.pending = null;
    const { found, since, askedAt } = pending;
    const wanted = found.faces.flatMap(({ cut }) => (cut ? [cut] : []));
    const fits =
      performance.now() - askedAt < cropsDeadlineMs &&
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
    const { detector, calls } = this.#shared;
    this.#schedule(calls, this.#keysOf(id)[1], { bytes, priority: -1 }, (signal) =>
      this.#frameStep(id, time, since, signal, async () => {
        const scored = await detector.scoreCrops(found, crops, time);
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

/**
 * The detector behind a promise API: decoding, face finding and the student run in a dedicated
 * worker, so that no extension page ever stops painting. The offscreen document owns one; the
 * command line's scan page starts several. A worker that hangs or crashes is replaced.
 */
import type { BackendName } from "../../model/backend/backend";
import type {
  DetectorDescription,
  FoundFaces,
  PictureAnalysis,
  RgbaPixels,
  ScoredFrame,
} from "../../model/detector/types";
import { abstain } from "../../model/verdict/picture";
import { recallBackend, rememberBackend } from "./backend-memory";
import type { CallName, Calls, FromWorker, Step, ToWorker } from "./worker-protocol";

export interface DetectorWorkerOptions {
  /** Forces a backend; left out, a timed probe chooses. */
  backend?: BackendName;
  /** For tests: replaces the default deadlines of some steps, milliseconds. */
  deadlinesMs?: Partial<Record<Step, number>>;
}

/** The detector itself cannot work (damaged package, no backend); its message is fit for people. */
export class DetectorError extends Error {
  override name = "DetectorError";
}

/** This frame was lost to a hang or a crash; the detector itself goes on. */
export class FrameError extends Error {
  override name = "FrameError";
}

export interface DetectorWorker {
  /** Resolves once the detector is ready. @throws DetectorError if it cannot start. */
  describe(): Promise<DetectorDescription>;
  /**
   * Analyses a picture file. The buffer is transferred: the caller's becomes empty.
   * Damaged or hostile files resolve with `verdict.reason` "unreadable" (or "not-scanned") and a
   * plain `verdict.detail`.
   *
   * @param sha256 of the bytes where the caller knows it already.
   * @throws DetectorError if the detector itself cannot work.
   */
  analysePicture(bytes: ArrayBuffer, sha256?: string): Promise<PictureAnalysis>;
  /**
   * First half of a video frame: faces on a reduced copy of it.
   *
   * @param width width of the full frame, pixels (`height` likewise).
   * @throws FrameError, DetectorError
   */
  findFaces(reduced: RgbaPixels, width: number, height: number): Promise<FoundFaces>;
  /**
   * Second half: one crop for every found face that has a `cut`, in that order; transferred.
   *
   * @throws FrameError, DetectorError
   */
  scoreCrops(found: FoundFaces, crops: RgbaPixels[], time: number): Promise<ScoredFrame>;
  /** Ends the worker; pending calls reject. */
  close(): void;
}

/** Starts a worker. It is replaced when a step hangs or crashes it. */
export function createDetectorWorker(options: DetectorWorkerOptions = {}): DetectorWorker {
  return new WorkerOwner(options);
}

/**
 * Generous: a busy two-core machine takes seconds where a quiet one takes a tenth. They are there
 * for what would never end.
 */
const deadlinesMs: Record<Step, number> = {
  "face-finder": 30_000,
  "backend-webgl": 20_000,
  "backend-wasm": 20_000,
  "backend-cpu": 40_000,
  hash: 10_000,
  decode: 15_000,
  faces: 20_000,
  score: 30_000,
  thumbnails: 10_000,
};
/** Until a new worker announces its first step. */
const loadDeadlineMs = 30_000;
/** Starts that hang or crash before the detector is given up for a while. */
const maxStarts = 3;
/** Until a start that failed may be tried again: a driver update or freed memory may have helped. */
const retryAfterMs = 60_000;

/** How a call ended without an answer. */
class WorkerFailure extends Error {
  readonly step: Step | null;
  readonly permanent: boolean;

  constructor(message: string, step: Step | null, permanent: boolean) {
    super(message);
    this.step = step;
    this.permanent = permanent;
  }
}

interface Pending {
  id: number;
  resolve(out: unknown): void;
  reject(failure: WorkerFailure): void;
  step: Step | null;
  timer: ReturnType<typeof setTimeout> | undefined;
}

class WorkerOwner implements DetectorWorker {
  readonly #forced: BackendName | undefined;
  readonly #deadlinesMs: Record<Step, number>;
  readonly #excluded = new Set<BackendName>();
  #worker: Worker | null = null;
  #pending: Pending | null = null;
  #started: Promise<void> | null = null;
  #description: DetectorDescription | null = null;
  #failure: { error: DetectorError; until: number } | null = null;
  /** Calls wait for the one before: the worker does one at a time, and deadlines begin with it. */
  #last: Promise<unknown> = Promise.resolve();
  #nextId = 1;
  #closed = false;

  constructor(options: DetectorWorkerOptions) {
    this.#forced = options.backend;
    this.#deadlinesMs = { ...deadlinesMs, ...options.deadlinesMs };
  }

  async describe(): Promise<DetectorDescription> {
    return this.#inTurn(async () => {
      await this.#start();
      return this.#description as DetectorDescription;
    });
  }

  async analysePicture(bytes: ArrayBuffer, sha256?: string): Promise<PictureAnalysis> {
    return this.#inTurn(async () => {
      await this.#start();
      try {
        return await this.#call("picture", { bytes, ...(sha256 && { sha256 }) }, [bytes]);
      } catch (error) {
        if (!(error instanceof WorkerFailure)) throw error;
        const model = this.#description?.model ?? "";
        return {
          verdict: abstain(
            "unreadable",
            model,
            `the picture could not be looked at: ${error.message}`,
          ),
          frame: { time: null, width: 0, height: 0, faces: [] },
          thumbnails: [],
          width: 0,
          height: 0,
          sha256: sha256 ?? "",
          times: { decodeMs: 0, facesMs: 0, cropMs: 0, studentMs: 0 },
        };
      }
    });
  }

  findFaces(reduced: RgbaPixels, width: number, height: number): Promise<FoundFaces> {
    return this.#frameCall("find", { reduced, width, height }, [reduced.rgba]);
  }

  scoreCrops(found: FoundFaces, crops: RgbaPixels[], time: number): Promise<ScoredFrame> {
    const buffers = crops.map(({ rgba }) => rgba);
    return this.#frameCall("score", { found, crops, time }, buffers);
  }

  close() {
    this.#closed = true;
    this.#discard("the detector was closed");
  }

  #frameCall<N extends CallName>(call: N, args: Calls[N]["in"], transfer: Transferable[]) {
    return this.#inTurn(async () => {
      await this.#start();
      try {
        return await this.#call(call, args, transfer);
      } catch (error) {
        throw error instanceof WorkerFailure ? new FrameError(error.message) : error;
      }
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** @throws DetectorError */
  async #start(): Promise<void> {
    if (this.#closed) throw new DetectorError("the detector was closed");
    if (this.#failure) {
      if (performance.now() < this.#failure.until) throw this.#failure.error;
      this.#failure = null;
    }
    this.#started ??= this.#startAfresh();
    try {
      await this.#started;
    } catch (error) {
      this.#started = null;
      throw error;
    }
  }

  async #startAfresh(): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        const preferred = recallBackend();
        this.#description = await this.#call("start", {
          ...(this.#forced ? { forced: this.#forced } : preferred && { preferred }),
          excluded: [...this.#excluded],
        });
        if (!this.#forced) rememberBackend(this.#description);
        return;
      } catch (error) {
        const failure = error as WorkerFailure;
        this.#discard(failure.message);
        const tried = failure.step?.startsWith("backend-")
          ? (failure.step.slice("backend-".length) as BackendName)
          : null;
        // Where the choice is ours, a backend that hung is left out of the next attempt.
        if (tried && !this.#forced) this.#excluded.add(tried);
        if (failure.permanent || attempt >= maxStarts || this.#closed) {
          const detail = new DetectorError(failure.message);
          const until = failure.permanent ? Number.POSITIVE_INFINITY : retryAfterMs;
          this.#failure = { error: detail, until: performance.now() + until };
          throw detail;
        }
      }
    }
  }

  /** One call to the worker, with a deadline on each step of it. @throws WorkerFailure */
  #call<N extends CallName>(
    call: N,
    args: Calls[N]["in"],
    transfer: Transferable[] = [],
  ): Promise<Calls[N]["out"]> {
    this.#worker ??= this.#open();
    const worker = this.#worker;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#pending = {
        id,
        resolve: resolve as (out: unknown) => void,
        reject,
        step: null,
        timer: undefined,
      };
      this.#expect(loadDeadlineMs);
      try {
        worker.postMessage({ id, call, in: args } as ToWorker, transfer);
      } catch (error) {
        this.#settle()?.reject(new WorkerFailure(String(error), null, false));
      }
    });
  }

  #open(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<FromWorker>) => this.#receive(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#discard(event.message || "it stopped working");
    };
    worker.onmessageerror = () => this.#discard("its answer could not be read");
    return worker;
  }

  #receive(message: FromWorker) {
    if (message.type === "description") {
      this.#description = message.description;
      if (!this.#forced) rememberBackend(message.description);
      return;
    }
    if (message.id !== this.#pending?.id) return;
    if (message.type === "step") {
      this.#pending.step = message.step;
      this.#expect(this.#deadlinesMs[message.step]);
    } else if (message.type === "result") this.#settle()?.resolve(message.out);
    else {
      const { step } = this.#pending;
      this.#settle()?.reject(new WorkerFailure(message.message, step, message.permanent));
      // MediaPipe and tfjs do not promise to be whole after an exception: begin anew.
      if (step !== null) this.#discard("an error");
    }
  }

  /** Restarts the clock of the call under way. */
  #expect(deadline: number) {
    const pending = this.#pending;
    if (!pending) return;
    clearTimeout(pending.timer);
    pending.timer = setTimeout(() => this.#discard("it took too long"), deadline);
  }

  #settle(): Pending | null {
    const pending = this.#pending;
    this.#pending = null;
    clearTimeout(pending?.timer);
    return pending;
  }

  /** Ends the worker; the next call starts another. */
  #discard(reason: string) {
    this.#worker?.terminate();
    this.#worker = null;
    this.#started = null;
    const pending = this.#settle();
    const backend = this.#description?.backend;
    // A student that hangs does so for its backend; the next worker shall choose another.
    if (pending?.step === "score" && backend === "webgl" && !this.#forced) {
      this.#excluded.add(backend);
    }
    pending?.reject(new WorkerFailure(reason, pending.step, false));
  }
}

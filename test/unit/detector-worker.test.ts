/** The owner of the worker: order, deadlines, restarts. The worker itself is a stand-in. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import {
  createDetectorWorker,
  DetectorError,
  FrameError,
} from "../../entrypoints/offscreen/detector-worker";
import type { FromWorker, ToWorker } from "../../entrypoints/offscreen/worker-protocol";
import type { DetectorDescription } from "../../model/detector/types";

const description = {
  backend: "webgl",
  model: "student 1",
  probes: [] as object[],
} as DetectorDescription;

type Answer = (message: ToWorker, worker: StandIn) => void;
let answer: Answer;
const workers: StandIn[] = [];

class StandIn {
  onmessage: ((event: { data: FromWorker }) => void) | null = null;
  onerror: ((event: { message: string; preventDefault(): void }) => void) | null = null;
  onmessageerror: (() => void) | null = null;
  terminated = false;
  received: ToWorker[] = [];
  constructor() {
    workers.push(this);
  }
  postMessage(message: ToWorker) {
    this.received.push(message);
    queueMicrotask(() => answer(message, this));
  }
  terminate() {
    this.terminated = true;
  }
  say(message: FromWorker) {
    if (!this.terminated) this.onmessage?.({ data: message });
  }
  result({ id }: ToWorker, out: unknown) {
    this.say({ type: "result", id, out: out as DetectorDescription });
  }
}

/** Starts well, answers calls with `on`. */
const healthy =
  (on: Answer = (message, worker) => worker.result(message, { done: message.call })): Answer =>
  (message, worker) =>
    message.call === "start" ? worker.result(message, description) : on(message, worker);

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal("Worker", StandIn);
  workers.length = 0;
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const reduced = { width: 1, height: 1, rgba: new ArrayBuffer(4) };

test("starts on the first call, once, and does one call at a time", async () => {
  answer = healthy();
  const detector = createDetectorWorker({ backend: "cpu" });
  expect(workers).toHaveLength(0);
  const [found, described] = await Promise.all([
    detector.findFaces(reduced, 10, 10),
    detector.describe(),
  ]);
  expect(found).toEqual({ done: "find" });
  expect(described).toBe(description);
  expect(workers).toHaveLength(1);
  expect(workers[0]?.received.map(({ call }) => call)).toEqual(["start", "find"]);
  expect(workers[0]?.received[0]?.in).toEqual({ forced: "cpu", excluded: [] });
});

test("a picture whose step hangs is unreadable, and the next one meets a new worker", async () => {
  answer = healthy((message, worker) =>
    worker.say({ type: "step", id: message.id, step: "decode" }),
  );
  const detector = createDetectorWorker({ deadlinesMs: { decode: 500 } });
  const hung = detector.analysePicture(new ArrayBuffer(8), "abc");
  await vi.advanceTimersByTimeAsync(600);
  const { verdict, sha256 } = await hung;
  expect(verdict).toMatchObject({ reason: "unreadable", model: "student 1" });
  expect(verdict.detail).toMatch(/too long/);
  expect(sha256).toBe("abc");
  expect(workers[0]?.terminated).toBe(true);
  answer = healthy();
  expect(await detector.analysePicture(new ArrayBuffer(8))).toEqual({ done: "picture" });
  expect(workers).toHaveLength(2);
});

test("each step has its own deadline: many slow steps are no hang", async () => {
  answer = healthy(async (message, worker) => {
    for (const step of ["decode", "faces", "score"] as const) {
      worker.say({ type: "step", id: message.id, step });
      await new Promise((resolve) => setTimeout(resolve, 400));
    }
    worker.result(message, { done: "slowly" });
  });
  const deadlinesMs = { decode: 500, faces: 500, score: 500 };
  const picture = createDetectorWorker({ deadlinesMs }).analysePicture(new ArrayBuffer(8));
  await vi.advanceTimersByTimeAsync(1300);
  expect(await picture).toEqual({ done: "slowly" });
});

test("a frame lost to a crash rejects, and the detector goes on", async () => {
  answer = healthy((_, worker) => worker.onerror?.({ message: "boom", preventDefault() {} }));
  const detector = createDetectorWorker();
  await expect(detector.findFaces(reduced, 10, 10)).rejects.toThrow(FrameError);
  answer = healthy();
  expect(await detector.findFaces(reduced, 10, 10)).toEqual({ done: "find" });
});

test("a backend that hangs while starting is left out of the next attempt", async () => {
  answer = (message, worker) => {
    if (message.call !== "start") return;
    if (message.in.excluded.includes("webgl")) worker.result(message, description);
    else worker.say({ type: "step", id: message.id, step: "backend-webgl" });
  };
  const started = createDetectorWorker({ deadlinesMs: { "backend-webgl": 500 } }).describe();
  await vi.advanceTimersByTimeAsync(600);
  expect(await started).toBe(description);
  expect(workers).toHaveLength(2);
});

test("so is WebGL when scoring hangs on it, unless it was asked for", async () => {
  const hang = healthy((m, worker) => worker.say({ type: "step", id: m.id, step: "score" }));
  for (const [backend, excluded] of [
    [undefined, ["webgl"]],
    ["webgl", []],
  ] as const) {
    workers.length = 0;
    answer = hang;
    const detector = createDetectorWorker({ backend, deadlinesMs: { score: 500 } });
    const lost = detector.findFaces(reduced, 10, 10).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(600);
    expect(await lost).toBeInstanceOf(FrameError);
    answer = healthy();
    await detector.describe();
    expect(workers[1]?.received[0]?.in).toMatchObject({ excluded });
  }
});

test("a damaged package fails at once and for good, with its reason", async () => {
  answer = ({ id }, worker) =>
    worker.say({ type: "error", id, message: "card.json is not valid JSON", permanent: true });
  const detector = createDetectorWorker();
  await expect(detector.describe()).rejects.toThrow(
    new DetectorError("card.json is not valid JSON"),
  );
  await vi.advanceTimersByTimeAsync(3_600_000);
  await expect(detector.analysePicture(new ArrayBuffer(8))).rejects.toThrow(DetectorError);
  expect(workers).toHaveLength(1);
});

test("other failures to start are tried again, a few times now and once more later", async () => {
  answer = (_, worker) => worker.onerror?.({ message: "no memory", preventDefault() {} });
  const detector = createDetectorWorker();
  await expect(detector.describe()).rejects.toThrow("no memory");
  expect(workers).toHaveLength(3);
  await expect(detector.describe()).rejects.toThrow("no memory");
  expect(workers).toHaveLength(3);
  await vi.advanceTimersByTimeAsync(61_000);
  answer = healthy();
  expect(await detector.describe()).toBe(description);
});

test("closing ends what is under way and refuses the rest", async () => {
  answer = healthy(() => {});
  const detector = createDetectorWorker();
  await detector.describe();
  const lost = detector.findFaces(reduced, 10, 10).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(0);
  detector.close();
  expect(await lost).toBeInstanceOf(Error);
  await expect(detector.describe()).rejects.toThrow(DetectorError);
  expect(workers.every(({ terminated }) => terminated)).toBe(true);
});

test("a replaced backend shows in the description", async () => {
  const other = { ...description, backend: "wasm" } as DetectorDescription;
  answer = healthy((message, worker) => {
    worker.say({ type: "description", description: other });
    worker.result(message, {});
  });
  const detector = createDetectorWorker();
  await detector.findFaces(reduced, 10, 10);
  expect(await detector.describe()).toBe(other);
});

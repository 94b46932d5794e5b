/** Ports, order and memory of the service; the detector behind it is a stand-in. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type DetectorPort, DetectorService } from "../../entrypoints/offscreen/detector-service";
import {
  DetectorError,
  type DetectorWorker,
  FrameError,
} from "../../entrypoints/offscreen/detector-worker";
import type { FromDetector, ToDetector } from "../../entrypoints/shared/messages";
import type { DetectorDescription, FoundFaces, PictureAnalysis } from "../../model/detector/types";
import type { FaceResult, Verdict } from "../../model/verdict/verdict";

const description = {
  model: "student 1",
  calibration: {
    temperature: 1,
    thresholds: { unsure: { logit: 0 }, suspicious: { logit: 1 }, strong: { logit: 3 } },
    gates: { minFacePx: 48, minSharpness: 10 },
  },
} as DetectorDescription;

const verdict: Verdict = {
  level: "strong",
  reason: null,
  logit: 4,
  score: 0.98,
  faces: [],
  model: "student 1",
};

function makeDetector() {
  return {
    describe: vi.fn(async () => description),
    analysePicture: vi.fn(
      async (_bytes: ArrayBuffer, sha256?: string) =>
        ({ verdict, thumbnails: [], sha256 }) as unknown as PictureAnalysis,
    ),
    findFaces: vi.fn(async (): Promise<FoundFaces> => ({ width: 100, height: 100, faces: [] })),
    scoreCrops: vi.fn(async (found: FoundFaces, _crops: unknown, time: number) => ({
      frame: {
        time,
        width: found.width,
        height: found.height,
        faces: found.faces.map(
          ({ box }): FaceResult => ({ box, logit: 5, score: 0.99, level: "strong" }),
        ),
      },
      thumbnails: found.faces.map((_, i) => `data:image/webp;base64,${i}`),
    })),
    close: vi.fn(),
  } satisfies DetectorWorker;
}

function connect(service: DetectorService, sender?: DetectorPort["sender"]) {
  const answers: FromDetector[] = [];
  let say: (message: unknown) => void = () => {};
  let hangUp: () => void = () => {};
  service.accept({
    sender: sender ?? { url: "https://page.example/", tab: { url: "https://page.example/" } },
    postMessage: (message) => answers.push(message),
    disconnect() {},
    onMessage: {
      addListener: (listener) => {
        say = listener;
      },
    },
    onDisconnect: {
      addListener: (listener) => {
        hangUp = listener;
      },
    },
  });
  const verdicts = () => answers.flatMap((a) => (a.type === "verdict" ? [a] : []));
  return { answers, verdicts, say: (message: ToDetector) => say(message), raw: say, hangUp };
}

const settled = () => vi.waitFor(() => {});

function picture(id: string, url: string): ToDetector {
  return {
    type: "scan-image",
    id,
    source: { kind: "url", url },
    displayed: [100, 100],
    priority: 0,
  };
}

function frame(time: number, side = 100): ToDetector {
  const reduced = { width: 10, height: 10, rgba: new ArrayBuffer(400) };
  return { type: "video-frame", id: "v", time, width: side, height: side, reduced, priority: 0 };
}

const crop = (width: number, height: number) => ({
  width,
  height,
  rgba: new ArrayBuffer(width * height * 4),
});

let fetched: string[];
let respond: (url: string, signal: AbortSignal) => Promise<Response>;
beforeEach(() => {
  fetched = [];
  respond = async (url) => new Response(`bytes of ${new URL(url).pathname}`);
  vi.stubGlobal("fetch", (url: string, { signal }: { signal: AbortSignal }) => {
    fetched.push(url);
    return respond(url, signal);
  });
});
afterEach(() => vi.unstubAllGlobals());

test("announces itself, then answers a picture with its verdict and hash", async () => {
  const detector = makeDetector();
  const page = connect(new DetectorService(detector));
  page.say(picture("a", "https://cdn.example/a.jpg"));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(1));
  expect(page.answers.map((a) => (a.type === "detector" ? a.state : a.type))).toEqual([
    "loading",
    "started",
    "ready",
    "verdict",
  ]);
  expect(page.verdicts()[0]).toMatchObject({ id: "a", verdict, sha256: expect.any(String) });
});

test("fetches as a stranger, from the cache if it can", async () => {
  const options: RequestInit[] = [];
  vi.stubGlobal("fetch", async (_: string, init: RequestInit) => {
    options.push(init);
    return new Response("x");
  });
  const page = connect(new DetectorService(makeDetector()));
  page.say(picture("a", "https://cdn.example/a.jpg"));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(1));
  expect(options[0]).toMatchObject({
    cache: "force-cache",
    credentials: "omit",
    referrerPolicy: "no-referrer",
  });
});

test("the same address is not fetched again, the same bytes are not scored again", async () => {
  respond = async () => new Response("the same");
  const detector = makeDetector();
  const page = connect(new DetectorService(detector));
  for (const [id, path] of [
    ["a", "one"],
    ["b", "one"],
    ["c", "two"],
  ] as const) {
    page.say(picture(id, `https://cdn.example/${path}.jpg`));
    await vi.waitFor(() => expect(page.verdicts().some((v) => v.id === id)).toBe(true));
  }
  expect(fetched).toEqual(["https://cdn.example/one.jpg", "https://cdn.example/two.jpg"]);
  expect(detector.analysePicture).toHaveBeenCalledTimes(1);
});

test("what could not be read is asked for again", async () => {
  const detector = makeDetector();
  detector.analysePicture.mockResolvedValueOnce({
    verdict: { ...verdict, level: null, reason: "unreadable" },
    thumbnails: [],
    sha256: "",
  } as unknown as PictureAnalysis);
  const page = connect(new DetectorService(detector));
  for (const id of ["a", "b"]) {
    page.say(picture(id, "https://cdn.example/a.jpg"));
    await vi.waitFor(() => expect(page.verdicts().some((v) => v.id === id)).toBe(true));
  }
  expect(page.verdicts().map((v) => v.verdict.reason)).toEqual(["unreadable", null]);
});

test("private addresses are refused to public pages, also behind a redirect", async () => {
  respond = async () => {
    const response = new Response("secret");
    Object.defineProperties(response, {
      redirected: { value: true },
      url: { value: "http://192.168.0.1/admin.png" },
    });
    return response;
  };
  const detector = makeDetector();
  const service = new DetectorService(detector);
  const page = connect(service);
  page.say(picture("direct", "http://192.168.0.1/admin.png"));
  page.say(picture("redirected", "https://evil.example/a.png"));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(2));
  for (const answer of page.verdicts()) {
    expect(answer.verdict).toMatchObject({ reason: "unreadable" });
    expect(answer.verdict.detail).toMatch(/private network/);
  }
  expect(fetched).toEqual(["https://evil.example/a.png"]);
  expect(detector.analysePicture).not.toHaveBeenCalled();
  // A page on that network knows its own pictures already, remembered or not.
  const local = connect(service, { url: "http://192.168.0.9/" });
  local.say(picture("own", "http://192.168.0.1/admin.png"));
  await vi.waitFor(() => expect(local.verdicts()).toHaveLength(1));
  expect(local.verdicts()[0]?.verdict.level).toBe("strong");
  const again = connect(service);
  again.say(picture("probe", "http://192.168.0.1/admin.png"));
  await vi.waitFor(() => expect(again.verdicts()).toHaveLength(1));
  expect(again.verdicts()[0]?.verdict.detail).toMatch(/private network/);
});

test("a file that is too large is given up, whatever its header says", async () => {
  let pulled = 0;
  respond = async () =>
    new Response(
      new ReadableStream({
        pull(controller) {
          pulled += 1;
          controller.enqueue(new Uint8Array(8 * 1024 * 1024));
        },
      }),
    );
  const page = connect(new DetectorService(makeDetector()));
  page.say(picture("a", "https://cdn.example/endless.jpg"));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(1));
  expect(page.verdicts()[0]?.verdict.detail).toMatch(/too large/);
  expect(pulled).toBeLessThan(15);
});

test("cancelled and disconnected work is not answered, and its fetch ends", async () => {
  const signals: AbortSignal[] = [];
  respond = (_, signal) =>
    new Promise((_resolve, reject) => {
      signals.push(signal);
      signal.addEventListener("abort", () => reject(signal.reason));
    });
  const service = new DetectorService(makeDetector());
  const page = connect(service);
  page.say(picture("a", "https://cdn.example/a.jpg"));
  page.say(picture("b", "https://cdn.example/b.jpg"));
  await vi.waitFor(() => expect(signals).toHaveLength(2));
  page.say({ type: "cancel", id: "a" });
  page.hangUp();
  await vi.waitFor(() => expect(service.isIdle).toBe(true));
  expect(signals.every(({ aborted }) => aborted)).toBe(true);
  expect(page.verdicts()).toEqual([]);
});

test("a port that floods is told so, and others are served", async () => {
  respond = () => new Promise(() => {});
  const service = new DetectorService(makeDetector());
  const flood = connect(service);
  for (let i = 0; i < 100; i++) flood.say(picture(`${i}`, `https://cdn.example/${i}.jpg`));
  expect(flood.verdicts().length).toBeGreaterThanOrEqual(36);
  expect(flood.verdicts()[0]?.verdict).toMatchObject({ reason: "not-scanned" });
});

test("pictures that never arrive hold up neither other pages nor videos", async () => {
  respond = (url) =>
    url.includes("stall") ? new Promise(() => {}) : Promise.resolve(new Response(url));
  const service = new DetectorService(makeDetector());
  const hostile = connect(service);
  for (let i = 0; i < 40; i++) hostile.say(picture(`${i}`, `https://evil.example/stall${i}.jpg`));
  hostile.say(frame(1));
  const page = connect(service);
  page.say(picture("a", "https://cdn.example/a.jpg"));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(1));
  await vi.waitFor(() => expect(hostile.answers.at(-1)?.type).toBe("frame-done"));
});

test("the same bytes asked for twice at once are scored once", async () => {
  respond = async () => new Response("the same");
  const detector = makeDetector();
  const page = connect(new DetectorService(detector));
  for (const id of ["a", "b", "c", "d"]) page.say(picture(id, `https://cdn.example/${id}.jpg`));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(4));
  expect(detector.analysePicture.mock.calls.length).toBeLessThanOrEqual(2);
});

test("messages that fit no schema are dropped", async () => {
  const page = connect(new DetectorService(makeDetector()));
  for (const junk of [null, 7, "x", {}, { type: "scan-image", id: 3 }, { type: "cancel" }]) {
    page.raw(junk);
  }
  await settled();
  expect(page.answers.every(({ type }) => type === "detector")).toBe(true);
});

test("a detector that cannot work says why, for itself and for each medium", async () => {
  const detector = makeDetector();
  const broken = new DetectorError("weights.bin does not match the hash in card.json");
  detector.describe.mockRejectedValue(broken);
  detector.analysePicture.mockRejectedValue(broken);
  const page = connect(new DetectorService(detector));
  page.say(picture("a", "https://cdn.example/a.jpg"));
  page.say(frame(0));
  await vi.waitFor(() => expect(page.verdicts()).toHaveLength(2));
  expect(page.answers).toContainEqual({
    type: "detector",
    state: "failed",
    detail: broken.message,
  });
  for (const answer of page.verdicts()) {
    expect(answer.verdict).toMatchObject({ reason: "not-scanned", detail: broken.message });
  }
  await vi.waitFor(() => expect(page.answers.map(({ type }) => type)).toContain("frame-done"));
});

const found: FoundFaces = {
  width: 100,
  height: 100,
  faces: [
    { box: [10, 10, 50, 50], confidence: 0.9, square: [0, 0, 70, 70], cut: [0, 0, 70, 70] },
    { box: [80, 80, 9, 9], confidence: 0.9, square: [78, 78, 13, 13], reason: "too-small" },
  ],
};

test("a video frame goes in halves, and its verdict grows", async () => {
  const detector = makeDetector();
  detector.findFaces.mockResolvedValue(found);
  const page = connect(new DetectorService(detector));
  for (const time of [0, 0.5, 1, 1.5]) {
    page.say(frame(time));
    await vi.waitFor(() =>
      expect(page.answers.at(-1)).toMatchObject({ type: "want-crops", squares: [[0, 0, 70, 70]] }),
    );
    page.say({ type: "video-crops", id: "v", time, crops: [crop(70, 70)] });
    await vi.waitFor(() => expect(page.answers.at(-1)).toMatchObject({ type: "frame-done", time }));
  }
  const levels = page.verdicts().map((answer) => answer.verdict.level);
  expect(levels).toEqual(["unsure", "unsure", "unsure", "strong"]);
  expect(page.verdicts().at(-1)?.thumbnails.length).toBeGreaterThan(0);
});

test("a frame without faces needs no crops", async () => {
  const page = connect(new DetectorService(makeDetector()));
  page.say(frame(3));
  await vi.waitFor(() => expect(page.answers.at(-1)?.type).toBe("frame-done"));
  expect(page.verdicts()[0]?.verdict).toMatchObject({ reason: "no-face" });
});

test("crops of another moment, number or shape are not scored", async () => {
  const detector = makeDetector();
  detector.findFaces.mockResolvedValue(found);
  const page = connect(new DetectorService(detector));
  const begin = async (time: number) => {
    page.say(frame(time));
    await vi.waitFor(() => expect(page.answers.at(-1)).toMatchObject({ type: "want-crops", time }));
  };
  await begin(1);
  page.say({ type: "video-crops", id: "v", time: 9, crops: [crop(70, 70)] });
  page.say({ type: "video-crops", id: "other", time: 1, crops: [crop(70, 70)] });
  page.say({ type: "video-crops", id: "v", time: 1, crops: [] });
  await vi.waitFor(() => expect(page.answers.at(-1)?.type).toBe("frame-done"));
  await begin(2);
  page.say({ type: "video-crops", id: "v", time: 2, crops: [crop(70, 20)] });
  await vi.waitFor(() => expect(page.answers.at(-1)?.type).toBe("frame-done"));
  expect(detector.scoreCrops).not.toHaveBeenCalled();
  expect(page.verdicts()).toEqual([]);
});

test("a frame lost in the worker is done with, and nothing is said of the video", async () => {
  const detector = makeDetector();
  detector.findFaces.mockRejectedValueOnce(new FrameError("it took too long"));
  const page = connect(new DetectorService(detector));
  page.say(frame(1));
  await vi.waitFor(() => expect(page.answers.at(-1)?.type).toBe("frame-done"));
  expect(page.verdicts()).toEqual([]);
});

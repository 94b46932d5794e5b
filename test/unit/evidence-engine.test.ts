/** The evidence engine's parts that need no browser. */
import { describe, expect, test, vi } from "vitest";
import { densePlan } from "../../entrypoints/shared/evidence/dense-times";
import { closerImpossible } from "../../entrypoints/shared/evidence/look-closer";
import { fileFacts, NoFileError, typeOf } from "../../entrypoints/shared/evidence/medium-file";
import { askOnce } from "../../entrypoints/shared/evidence/provenance/one-shot";
import type { EvidenceRequest } from "../../entrypoints/shared/evidence/request";
import { samplingWords } from "../../entrypoints/shared/evidence/sampling-words";
import { type LookedAt, VideoFindings } from "../../entrypoints/shared/evidence/video-evidence";
import type { Calibration } from "../../model/calibration/calibration";
import { abstain } from "../../model/verdict/picture";
import type { FaceResult, FrameResult } from "../../model/verdict/verdict";

describe("a dense look", () => {
  test.each([
    [5, 0.25],
    [60, 0.25],
    [61, 0.5],
    [601, 1],
    [7200, 2],
  ])("at %d seconds goes in steps of %d", (duration, expected) => {
    const { step, times } = densePlan(duration);
    expect(step).toBe(expected);
    expect(times[0]).toBe(step / 2);
    expect(times.at(-1)).toBeLessThan(duration);
    expect(duration - (times.at(-1) ?? 0)).toBeLessThanOrEqual(step);
    expect(new Set(times).size).toBe(times.length);
  });

  test("is bounded for a day of video, and begins where no length is known", () => {
    expect(densePlan(86_400).times).toHaveLength(3600);
    expect(densePlan(Number.POSITIVE_INFINITY).times).toEqual([0]);
    expect(densePlan(Number.NaN).times).toEqual([0]);
  });
});

const lookedAt = (part: Partial<LookedAt>): LookedAt => ({
  evidence: { verdict: abstain("no-face", ""), width: 1, height: 1, crops: [] },
  looked: 8,
  planned: 8,
  upTo: 7,
  ...part,
});

test("says how a video was sampled, and where that ended", () => {
  expect(samplingWords.spread(lookedAt({}))).toBe("8 moments spread over the video");
  expect(samplingWords.every(0.25, lookedAt({ looked: 3 }))).toBe(
    "every 0.25 s up to 0:07, then stopped",
  );
  const problem = "the browser cannot read this video: it is damaged or of an unknown kind";
  const words = samplingWords.every(0.5, lookedAt({ looked: 3, problem }));
  expect(words).toContain("up to 0:07, then the browser cannot");
  expect(words.length).toBeLessThanOrEqual(100);
});

describe("findings over frames", () => {
  const calibration: Calibration = {
    temperature: 1,
    thresholds: { unsure: { logit: 1 }, suspicious: { logit: 2 }, strong: { logit: 3 } },
    gates: { minFacePx: 0, minSharpness: 0 },
  };
  const face = (x: number, logit: number | null): FaceResult => ({
    box: [x, 0, 100, 100],
    logit,
    score: logit === null ? null : 0.5,
  });
  const frame = (time: number, ...faces: FaceResult[]): FrameResult => ({
    time,
    width: 640,
    height: 360,
    faces,
  });
  const cropOf = vi.fn(async ({ box, logit }: FaceResult) => `data:image/x,${box[0]} ${logit}`);

  test("hold the crop of each track's strongest moment, in the order of its faces", async () => {
    const findings = new VideoFindings(calibration, "student 1");
    await findings.add(frame(0, face(0, 1), face(300, 2)), cropOf);
    await findings.add(frame(1, face(2, 5), face(302, 1)), cropOf);
    await findings.add(frame(2, face(4, 3), face(304, null)), cropOf);
    const { verdict, crops } = findings.result();
    expect(verdict.faces.map(({ box }) => box[0])).toEqual([2, 300]);
    expect(crops).toEqual(["data:image/x,2 5", "data:image/x,300 2"]);
    // The third moment was stronger in neither.
    expect(cropOf).toHaveBeenCalledTimes(3);
  });

  test("keep every frame, without its maps, and let a track speak for all of them", async () => {
    const findings = new VideoFindings(calibration, "student 1");
    const map = { width: 1, height: 1, logits: [1] };
    for (let i = 0; i < 700; i++) {
      const logit = i < 350 ? 0 : 4;
      await findings.add(frame(i, { ...face(0, logit), map }), cropOf);
    }
    const { verdict } = findings.result();
    expect(verdict.frames).toHaveLength(700);
    expect(verdict.frames?.some(({ faces }) => faces[0]?.map)).toBe(false);
    expect(verdict.faces[0]?.map).toEqual(map);
    expect(verdict.logit).toBeCloseTo(2);
  });
});

describe("a file", () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

  test.each([
    ["\xff\xd8\xff\xe0", "image/jpeg"],
    ["\x89PNG\r\n\x1a\n", "image/png"],
    ["GIF89a", "image/gif"],
    ["RIFF\0\0\0\0WEBPVP8 ", "image/webp"],
    ["\0\0\0\x1cftypavif", "image/avif"],
    ["\0\0\0\x1cftypmif1\0\0\0\0mif1avif", "image/avif"],
    ["\0\0\0\x1cftypheic", "image/heic"],
    ["\0\0\0\x1cftypqt  ", "video/quicktime"],
    ["\0\0\0\x1cftypisom", "video/mp4"],
    ["\x1aE\xdf\xa3....webm", "video/webm"],
    ["\x1aE\xdf\xa3....matroska", "video/x-matroska"],
    ["<svg xmlns=''>", "image/svg+xml"],
    ["words", ""],
  ])("that begins with %j is %s", (head, type) => {
    expect(typeOf(bytes(head))).toBe(type);
  });

  test("is hashed part by part", async () => {
    const medium = { bytes: new Blob(["abc"]), kind: "image", type: "image/png" } as const;
    expect(await fileFacts(medium, new AbortController().signal)).toEqual({
      // FIPS 180-2, appendix B.1
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
      bytes: 3,
      type: "image/png",
    });
  });

  test("that goes away while it is read is said to", async () => {
    const gone = new Blob(["abc"]);
    gone.stream = () => new ReadableStream({ pull: (stream) => stream.error(new Error("gone")) });
    const medium = { bytes: gone, kind: "image", type: "image/png" } as const;
    await expect(fileFacts(medium, new AbortController().signal)).rejects.toThrow(NoFileError);
  });
});

test("says what cannot be looked at more closely", () => {
  const seen: EvidenceRequest = {
    kind: "seen-video",
    verdict: abstain("no-face", ""),
    thumbnails: [],
    pageUrls: [],
    origin: { kind: "pasted" },
  };
  expect(closerImpossible({ kind: "image" }, seen)).toContain("Only videos");
  expect(closerImpossible({ kind: "video" }, seen)).toContain("There is no file");
  const url = "https://cdn.example/a.mp4";
  expect(closerImpossible({ kind: "video" }, { ...seen, url })).toBeNull();
});

describe("a worker asked once", () => {
  class FakeWorker {
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onerror: ((event: { preventDefault(): void }) => void) | null = null;
    onmessageerror: (() => void) | null = null;
    terminate = vi.fn();
    postMessage = vi.fn();
  }
  const ask = (signal = new AbortController().signal, deadlineMs = 60_000) => {
    const worker = new FakeWorker();
    const answer = askOnce<number>(worker as unknown as Worker, "how many", deadlineMs, signal);
    return { worker, answer };
  };

  test("answers and is ended", async () => {
    const { worker, answer } = ask();
    worker.onmessage?.({ data: { out: 3 } });
    expect(await answer).toBe(3);
    expect(worker.terminate).toHaveBeenCalledOnce();
  });

  test("fails with its own words, or with ours where it crashed", async () => {
    const failed = ask();
    failed.worker.onmessage?.({ data: { error: "no good" } });
    await expect(failed.answer).rejects.toThrow("no good");
    const crashed = ask();
    crashed.worker.onerror?.({ preventDefault() {} });
    await expect(crashed.answer).rejects.toThrow("stopped working");
    expect(crashed.worker.terminate).toHaveBeenCalledOnce();
  });

  test("is ended when it takes too long, or is no longer wanted", async () => {
    vi.useFakeTimers();
    try {
      const slow = ask();
      const rejected = expect(slow.answer).rejects.toThrow("took too long");
      vi.advanceTimersByTime(60_000);
      await rejected;
      expect(slow.worker.terminate).toHaveBeenCalledOnce();
    } finally {
      vi.useRealTimers();
    }
    const over = new AbortController();
    const cancelled = ask(over.signal);
    over.abort(new Error("enough"));
    await expect(cancelled.answer).rejects.toThrow("enough");
    expect(cancelled.worker.terminate).toHaveBeenCalledOnce();
    const early = ask(over.signal);
    await expect(early.answer).rejects.toThrow("enough");
    expect(early.worker.postMessage).not.toHaveBeenCalled();
  });
});

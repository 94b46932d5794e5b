import { describe, expect, test } from "vitest";
import type { Calibration } from "../../model/calibration/calibration";
import { containment, overlap } from "../../model/verdict/overlap";
import { abstain, pictureVerdict } from "../../model/verdict/picture";
import type { Box, FaceResult, FrameResult } from "../../model/verdict/verdict";
import { minScoredFrames, trimmedMean, VideoVerdict } from "../../model/verdict/video";

const calibration: Calibration = {
  temperature: 1,
  thresholds: { unsure: { logit: 0 }, suspicious: { logit: 1 }, strong: { logit: 3 } },
  gates: { minFacePx: 48, minSharpness: 10 },
};
const model = "student 1";

function face(logit: number | null, box: Box = [0, 0, 100, 100]): FaceResult {
  return { box, logit, score: null };
}

function frame(time: number | null, ...faces: FaceResult[]): FrameResult {
  return { time, width: 640, height: 360, faces };
}

describe("overlap", () => {
  test("of equal, disjoint and nested boxes", () => {
    expect(overlap([0, 0, 10, 10], [0, 0, 10, 10])).toBe(1);
    expect(overlap([0, 0, 10, 10], [10, 0, 10, 10])).toBe(0);
    expect(overlap([0, 0, 10, 10], [5, 0, 10, 10])).toBeCloseTo(1 / 3);
    expect(overlap([0, 0, 0, 0], [0, 0, 0, 0])).toBe(0);
    expect(containment([0, 0, 10, 10], [2, 2, 2, 2])).toBe(1);
  });
});

describe("a picture", () => {
  test("is judged by its strongest face", () => {
    const faces = [face(-2), face(1.5), { ...face(null), reason: "too-small" as const }];
    const verdict = pictureVerdict(frame(null, ...faces), calibration, model);
    expect(verdict).toMatchObject({ level: "suspicious", reason: null, logit: 1.5, model });
    expect(verdict.faces).toHaveLength(3);
  });

  test("without a face, or with none that could be scored, abstains with the reason", () => {
    expect(pictureVerdict(frame(null), calibration, model)).toMatchObject({
      level: null,
      reason: "no-face",
      score: null,
    });
    const small: FaceResult = { ...face(null, [0, 0, 20, 20]), reason: "too-small" };
    const blurred: FaceResult = { ...face(null, [0, 0, 90, 90]), reason: "too-blurred" };
    expect(pictureVerdict(frame(null, small), calibration, model).reason).toBe("too-small");
    // The largest face is the one people wonder about.
    expect(pictureVerdict(frame(null, small, blurred), calibration, model).reason).toBe(
      "too-blurred",
    );
  });

  test("that abstains carries a detail only where there is one", () => {
    expect(abstain("unreadable", model)).not.toHaveProperty("detail");
    expect(abstain("unreadable", model, "damaged").detail).toBe("damaged");
  });
});

describe("a video", () => {
  const run = (...frames: FrameResult[]) => {
    const video = new VideoVerdict(calibration, model);
    for (const each of frames) video.add(each);
    return video.verdict();
  };

  test("trims the extremes of a track", () => {
    expect(trimmedMean([5])).toBe(5);
    expect(trimmedMean([1, 1, 1, 1, 100])).toBe(1);
    expect(trimmedMean([-50, 1, 2, 3, 90])).toBe(2);
    expect(() => trimmedMean([])).toThrow(RangeError);
  });

  test("is never flagged before enough frames of one face", () => {
    const video = new VideoVerdict(calibration, model);
    for (let i = 1; i < minScoredFrames; i++) {
      video.add(frame(i * 0.5, face(9)));
      expect(video.verdict()).toMatchObject({ level: "unsure", logit: 9 });
      expect(video.verdict().faces[0]?.level).toBe("unsure");
    }
    video.add(frame(minScoredFrames, face(9)));
    expect(video.verdict().level).toBe("strong");
  });

  test("follows a moving face and keeps neighbours apart", () => {
    const verdict = run(
      ...[0, 1, 2, 3, 4].map((i) =>
        frame(i * 0.5, face(4, [i * 30, 0, 100, 100]), face(-4, [i * 30 + 110, 0, 100, 100])),
      ),
    );
    expect(verdict.level).toBe("strong");
    expect(verdict.faces.map(({ logit }) => logit)).toEqual([4, -4]);
    expect(verdict.frames?.every(({ faces }) => faces[0]?.track === 0)).toBe(true);
  });

  test("does not add up frames of different faces", () => {
    const verdict = run(
      ...[0, 1, 2, 3, 4, 5].map((i) => frame(i, face(9, [(i % 6) * 200, 0, 50, 50]))),
    );
    expect(verdict.level).toBe("unsure");
    expect(verdict.faces).toHaveLength(6);
  });

  test("one odd frame raises no flag", () => {
    const logits = [-3, -3, 12, -3, -3, -3];
    expect(run(...logits.map((logit, i) => frame(i * 0.5, face(logit)))).level).toBe("no-sign");
  });

  test("a well supported track goes before a stronger glimpse", () => {
    const steady = [0, 1, 2, 3].map((i) => frame(i * 0.5, face(2)));
    const glimpse = frame(2, face(2), face(9, [400, 0, 80, 80]));
    expect(run(...steady, glimpse)).toMatchObject({ level: "suspicious", logit: 2 });
  });

  test("knows a face again when the video loops", () => {
    const pass = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => frame(i * 2, face(1, [i * 20, 0, 100, 100])));
    const verdict = run(...pass, ...pass);
    expect(verdict.faces).toHaveLength(1);
    expect(verdict.frames).toHaveLength(16);
  });

  test("begins a new track after a long gap", () => {
    expect(run(frame(0, face(1)), frame(60, face(1))).faces).toHaveLength(2);
  });

  test("says why nothing was scored, and scores as soon as something is", () => {
    const small: FaceResult = { ...face(null), reason: "too-small" };
    expect(run().reason).toBe("no-face");
    expect(run(frame(0), frame(1, small)).reason).toBe("too-small");
    expect(run(frame(0, small), frame(1, face(-1)))).toMatchObject({
      level: "no-sign",
      reason: null,
    });
  });

  test("stays bounded over hours and crowds", () => {
    const video = new VideoVerdict(calibration, model);
    for (let i = 0; i < 1000; i++) video.add(frame(i * 6, face(0), face(0, [300, 0, 50, 50])));
    const verdict = video.verdict();
    expect(verdict.frames?.length).toBeLessThanOrEqual(240);
    expect(verdict.faces.length).toBeLessThanOrEqual(64);
  });
});

import { describe, expect, test } from "vitest";
import { mediumKind } from "../../entrypoints/scan/medium-kind";
import { sampleTimes } from "../../entrypoints/scan/sample-times";
import { minScoredFrames } from "../../model/verdict/video";

describe("sampleTimes", () => {
  test.each([0.4, 5, 30, 64, 65, 600, 7200])("of %d s stay inside and rise", (duration) => {
    const times = sampleTimes(duration);
    expect(times.length).toBeGreaterThanOrEqual(8);
    expect(times.length).toBeLessThanOrEqual(36);
    expect(times.every((time, i) => time > (times[i - 1] ?? 0) && time < duration)).toBe(true);
  });

  test("keep together enough for a face to be followed, however long the video", () => {
    for (const duration of [60, 65, 600, 7200]) {
      const times = sampleTimes(duration);
      const together = times.filter((time, i) => i > 0 && time - (times[i - 1] ?? 0) <= 2);
      expect(together.length).toBeGreaterThanOrEqual(6 * (minScoredFrames - 1));
    }
  });

  test("are the start alone where the length is unknown", () => {
    expect(sampleTimes(Number.POSITIVE_INFINITY)).toEqual([0]);
    expect(sampleTimes(Number.NaN)).toEqual([0]);
  });
});

describe("mediumKind", () => {
  const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
  test.each([
    ["a.jpg", "", "image"],
    ["A.JPEG", "<html>", "image"],
    ["a", "\x89PNG\r\n\x1a\n", "image"],
    ["a.mp4", "RIFF\0\0\0\0WEBPVP8 ", "image"],
    ["a.bin", "\0\0\0\x1cftypavif", "image"],
    ["a.jpg", "\0\0\0\x1cftypisom", "video"],
    ["a.svg", "<svg", "image"],
    ["a.webm", "", "video"],
    ["a.txt", "words", null],
    ["jpg", "", null],
  ])("%s starting %j is %s", (name, head, kind) => {
    expect(mediumKind(name, bytes(head))).toBe(kind);
  });
});

/** What the evidence view says and draws, apart from the page. */
import { describe, expect, test } from "vitest";
import {
  addressesOf,
  bytesWords,
  momentWords,
  originWords,
} from "../../components/evidence/evidence-words";
import { searchLinks } from "../../components/evidence/search-links";
import { strengthOf } from "../../components/evidence/strength";
import {
  framesInOrder,
  nearestFrame,
  strongestFrame,
  timelineTracks,
} from "../../components/evidence/timeline-data";
import type { FaceResult, Verdict } from "../../model/verdict/verdict";

const threshold = (logit: number) => ({ logit, falsePositiveRate: 0.01, realPictures: 100 });
const thresholds = { unsure: threshold(2), suspicious: threshold(3.5), strong: threshold(5) };

describe("the strength scale", () => {
  test("has the levels at equal steps", () => {
    expect([2, 3.5, 5].map((logit) => strengthOf(logit, thresholds))).toEqual([1, 2, 3]);
    expect(strengthOf(2.75, thresholds)).toBeCloseTo(1.5);
  });

  test("rises all the way and never leaves its four steps", () => {
    const logits = Array.from({ length: 81 }, (_, i) => i - 40);
    const strengths = logits.map((logit) => strengthOf(logit, thresholds));
    expect(strengths).toEqual(strengths.toSorted((a, b) => a - b));
    expect(new Set(strengths.slice(20, 60)).size).toBe(40);
    expect(Math.min(...strengths)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...strengths)).toBeLessThanOrEqual(4);
  });

  test("is whole where two thresholds are the same", () => {
    const same = { unsure: threshold(2), suspicious: threshold(2), strong: threshold(2) };
    expect(Number.isFinite(strengthOf(2, same))).toBe(true);
    expect(Number.isFinite(strengthOf(1, same))).toBe(true);
  });
});

describe("searches for copies", () => {
  const page = { kind: "page", pageUrl: "https://news.example/", pageTitle: "News" } as const;

  test("carry the whole address, and no more", () => {
    const links = searchLinks({ ...page, url: "https://cdn.example/a.jpg?x=1&y=#2" });
    expect(links.map(({ service }) => service)).toEqual([
      "Google Lens",
      "Bing",
      "Yandex",
      "TinEye",
    ]);
    for (const { href } of links) {
      expect(href).toContain("https%3A%2F%2Fcdn.example%2Fa.jpg%3Fx%3D1%26y%3D%232");
      expect(new URL(href).protocol).toBe("https:");
      expect(new URL(href).hash).toBe("");
    }
  });

  test.each([
    { kind: "file", name: "a.jpg" },
    { kind: "pasted" },
    { kind: "region", pageUrl: "https://news.example/", pageTitle: "News" },
    { kind: "link", url: "javascript:alert(1)" },
    { ...page, url: "data:image/png;base64,AAAA" },
  ] as const)("are not offered for %o", (origin) => {
    expect(searchLinks(origin)).toEqual([]);
  });
});

test("names origins and their addresses", () => {
  const page = {
    kind: "page",
    url: "https://cdn.example/a.jpg",
    pageUrl: "https://news.example/story",
    pageTitle: "",
  } as const;
  expect(originWords(page)).toBe("From the page “news.example”");
  expect(addressesOf(page).map(({ url }) => url)).toEqual([page.url, page.pageUrl]);
  expect(originWords({ kind: "link", url: "nonsense" })).toBe("From nonsense");
  expect(addressesOf({ kind: "pasted" })).toEqual([]);
});

test("writes sizes and moments", () => {
  expect(bytesWords(999)).toBe("999 bytes");
  expect(bytesWords(999_999)).toBe("1.0 MB (999,999 bytes)");
  expect(momentWords(0)).toBe("0:00.00");
  expect(momentWords(59.999)).toBe("1:00.00");
  expect(momentWords(3725.5)).toBe("62:05.50");
});

describe("the timeline", () => {
  const face = (track: number, logit: number | null): FaceResult => ({
    box: [track * 100, 0, 50, 50],
    logit,
    score: logit === null ? null : 0.5,
    track,
  });
  const frame = (time: number | null, ...faces: FaceResult[]) => ({
    time,
    width: 640,
    height: 360,
    faces,
  });
  const verdict: Verdict = {
    level: "strong",
    reason: null,
    logit: 6,
    score: 0.9,
    model: "student 1",
    faces: [face(7, 6), face(3, 1), face(5, null)],
    frames: [frame(2, face(7, 6)), frame(0, face(3, 1), face(7, 2)), frame(null), frame(1)],
  };
  const frames = framesInOrder(verdict);

  test("puts moments in playing order", () => {
    expect(frames.map(({ time }) => time)).toEqual([0, 1, 2]);
    expect(framesInOrder({ ...verdict, frames: undefined })).toEqual([]);
  });

  test("has a line for each scored track, with gaps where it is not seen", () => {
    const tracks = timelineTracks(verdict, frames, thresholds, 4);
    expect(tracks.map(({ track, number }) => [track, number])).toEqual([
      [7, 1],
      [3, 2],
    ]);
    expect(tracks[0]?.strengths.map((strength) => strength !== null)).toEqual([true, false, true]);
    expect(timelineTracks(verdict, frames, thresholds, 1)).toHaveLength(1);
  });

  test("begins at the strongest moment and finds the nearest one", () => {
    expect(strongestFrame(frames)).toBe(2);
    expect(strongestFrame([])).toBe(0);
    expect(nearestFrame(frames, 1.4)).toBe(1);
    expect(nearestFrame([], 3)).toBe(0);
  });
});

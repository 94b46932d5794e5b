/** The popup's thinking: groups, summary, progress, situations and names of media. */
import { describe, expect, test } from "vitest";
import type { PageState } from "../../entrypoints/shared/messages";
import { groupMedia, type Medium } from "../../entrypoints/shared/page/groups";
import { mediaName } from "../../entrypoints/shared/page/media-name";
import { siteOf, situationOf } from "../../entrypoints/shared/page/situation";
import { mediaCount, progressOf, summarise } from "../../entrypoints/shared/page/summary";
import { defaultSettings } from "../../entrypoints/shared/settings";
import { medium as mediumOf } from "../fixtures/medium";

let nextId = 0;
function medium(part: Partial<Medium> = {}): Medium {
  nextId += 1;
  return mediumOf(`m${nextId}`, { url: "https://cdn.example/a.jpg", ...part });
}
const plain = (text: string) => text.replaceAll("\u00a0", " ");

describe("groups", () => {
  test("hold the strongest first, and equals in page order", () => {
    const media = [
      medium({ id: "low", level: "suspicious", score: 0.7 }),
      medium({ id: "first", level: "strong", score: 0.9 }),
      medium({ id: "second", level: "strong", score: 0.9 }),
      medium({ id: "top", level: "strong", score: 0.99 }),
    ];
    expect(groupMedia(media).flagged.map(({ id }) => id)).toEqual([
      "top",
      "first",
      "second",
      "low",
    ]);
  });

  test("tell what could not be checked from what has no face and what is not done", () => {
    const groups = groupMedia([
      medium({ id: "small", reason: "too-small" }),
      medium({ id: "none", reason: "no-face" }),
      medium({ id: "odd" }),
      medium({ id: "waits", status: "waiting" }),
      medium({ id: "watched", status: "scanning", kind: "video", level: "no-sign" }),
      medium({ id: "unclear", level: "unsure" }),
    ]);
    const ids = Object.fromEntries(
      Object.entries(groups).map(([name, list]) => [name, list.map(({ id }) => id)]),
    );
    expect(ids).toEqual({
      flagged: [],
      unsure: ["unclear"],
      "no-sign": ["watched"],
      unchecked: ["small", "odd"],
      "no-face": ["none"],
      pending: ["waits"],
    });
  });
});

describe("summary", () => {
  const cases: [string, Medium[]][] = [
    ["Nothing checked yet", []],
    ["No faces found", [medium({ reason: "no-face" })]],
    [
      "Nothing here could be checked",
      [medium({ reason: "no-face" }), medium({ reason: "too-small" })],
    ],
    ["No signs found in 1 picture", [medium({ level: "no-sign" })]],
    [
      "Nothing flagged, 1 video unclear",
      [medium({ level: "unsure", kind: "video" }), medium({ level: "no-sign" })],
    ],
    ["Nothing flagged so far", [medium({ level: "no-sign" }), medium({ status: "scanning" })]],
    [
      "Signs of manipulation in 2 pictures and 1 video",
      [
        medium({ level: "strong" }),
        medium({ level: "suspicious" }),
        medium({ level: "strong", kind: "video" }),
        medium({ status: "scanning" }),
      ],
    ],
  ];
  test.each(cases)("%s", (sentence, media) => {
    expect(summarise(groupMedia(media)).sentence).toBe(sentence);
  });

  test("marks the strongest level and counts the rest", () => {
    const { level, counts } = summarise(
      groupMedia([
        medium({ level: "suspicious" }),
        medium({ level: "no-sign" }),
        medium({ reason: "unreadable" }),
        medium({ reason: "no-face" }),
        medium({ reason: "no-face" }),
      ]),
    );
    expect(level).toBe("suspicious");
    expect(plain(counts)).toBe("2 checked · 1 could not be checked · 2 without a face");
  });

  test("counts pictures and videos apart", () => {
    expect(mediaCount([medium({ kind: "video" }), medium({ kind: "video" })])).toBe("2 videos");
    expect(mediaCount([medium()])).toBe("1 picture");
  });

  test("shows progress only while something is being looked at", () => {
    const waiting = medium({ status: "waiting" });
    expect(progressOf(groupMedia([waiting, medium({ level: "no-sign" })]))).toBeNull();
    expect(
      progressOf(
        groupMedia([waiting, medium({ status: "scanning" }), medium({ level: "strong" })]),
      ),
    ).toEqual({ done: 1, total: 3 });
  });
});

describe("situation", () => {
  const page: PageState = { url: "https://a.example/", detector: "ready", media: [] };
  const url = "https://a.example/page";
  const settings = defaultSettings;
  const waiting = medium({ status: "waiting" });

  test.each([
    ["off-everywhere", url, page, { ...settings, enabled: false }],
    ["off-here", url, page, { ...settings, disabledSites: ["a.example"] }],
    ["off-all-kinds", url, page, { ...settings, scanImages: false, scanVideos: false }],
    ["closed", undefined, null, settings],
    ["closed", "chrome://settings/", null, settings],
    ["closed", "https://chromewebstore.google.com/detail/x", null, settings],
    ["closed", "https://chrome.google.com/webstore/detail/x", null, settings],
    ["closed", "https://microsoftedge.microsoft.com/addons/x", null, settings],
    ["closed-file", "file:///home/me/a.jpg", null, settings],
    ["unseen", url, null, settings],
    ["unseen", url, { ...page, url: "" }, settings],
    ["failed", url, { ...page, detector: "failed" as const, media: [waiting] }, settings],
    ["starting", url, { ...page, detector: "loading" as const, media: [waiting] }, settings],
    ["nothing-found", url, page, settings],
    ["results", url, { ...page, media: [waiting] }, settings],
    [
      "results",
      url,
      { ...page, detector: "failed" as const, media: [medium({ level: "strong" })] },
      settings,
    ],
  ])("%s: %s", (situation, tabUrl, state, inForce) => {
    expect(situationOf(tabUrl, state, inForce)).toBe(situation);
  });

  test("names the site to switch off", () => {
    expect(siteOf("https://News.Example:8443/a")).toBe("news.example");
    expect(siteOf("chrome://version")).toBe("");
    expect(siteOf("file:///a.jpg")).toBe("");
    expect(siteOf(undefined)).toBe("");
  });
});

describe("names of media", () => {
  test.each([
    ["https://cdn.example/a/b/photo%20one.jpg?x=1#y", "photo one.jpg", "cdn.example"],
    ["https://cdn.example/", "No file name", "cdn.example"],
    ["https://cdn.example/%E0%A4%A", "%E0%A4%A", "cdn.example"],
    ["https://cdn.example/evil%E2%80%AEgpj.exe", "evilgpj.exe", "cdn.example"],
    ["https://cdn.example/a%0A%00b.png", "ab.png", "cdn.example"],
    ["data:image/png;base64,AAAA", "Part of the page", ""],
    ["blob:https://a.example/123", "Made by the page", ""],
    ["not an address", "No address", ""],
  ])("%s", (url, file, host) => {
    expect(mediaName(url)).toEqual({ file, host });
  });

  test("keep both ends of a long one", () => {
    const { file } = mediaName(`https://a.example/${"x".repeat(300)}-final.mp4`);
    expect([...file]).toHaveLength(80);
    expect(file).toMatch(/^x+…x+-final\.mp4$/);
  });
});

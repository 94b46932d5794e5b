import { expect, test } from "vitest";
import {
  applyReport,
  emptyPage,
  flaggedCount,
  maxMediaPerTab,
  maxThumbnailChars,
  startPage,
} from "../../entrypoints/background/page-state";
import { toolbarFace } from "../../entrypoints/background/toolbar";
import type { MediaReport } from "../../entrypoints/shared/messages";
import { defaultSettings } from "../../entrypoints/shared/settings";

const medium = (id: string, change: Partial<MediaReport> = {}): MediaReport => ({
  id,
  kind: "image",
  url: `https://a.example/${id}.jpg`,
  status: "done",
  level: "no-sign",
  reason: null,
  score: 0.1,
  faces: 1,
  ...change,
});
const report = (changed: MediaReport[], removed: string[] = []) => ({
  type: "page-report" as const,
  changed,
  removed,
});
const url = "https://a.example/";
const page = startPage(emptyPage, 0, url);

test("adds, changes in place and removes the media of a frame", () => {
  let state = applyReport(page, 0, report([medium("a"), medium("b")]));
  state = applyReport(state, 3, report([medium("c", { level: "strong" })]));
  state = applyReport(state, 0, report([medium("a", { level: "suspicious" })], ["b"]));
  expect(state.media.map(({ id, level, frameId }) => [id, level, frameId])).toEqual([
    ["a", "suspicious", 0],
    ["c", "strong", 3],
  ]);
  expect(flaggedCount(state)).toBe(2);
});

test("lets a frame speak for its own media alone", () => {
  const state = applyReport(page, 0, report([medium("a", { level: "strong" })]));
  const attacked = applyReport(state, 7, report([medium("a")], ["a"]));
  expect(attacked.media.find(({ frameId }) => frameId === 0)?.level).toBe("strong");
});

test("voids a frame's media when it navigates, and all with the top document", () => {
  let state = applyReport(page, 0, report([medium("a")]));
  state = applyReport(state, 3, report([medium("b")]));
  expect(startPage(state, 3, "x").media.map(({ id }) => id)).toEqual(["a"]);
  expect(startPage(state, 3, "x").url).toBe(url);
  expect(startPage(state, 0, "https://b.example/")).toEqual({
    url: "https://b.example/",
    detector: "idle",
    media: [],
  });
});

test("keeps the latest thousand, and flagged ones longer than others", () => {
  const first = medium("flag", { level: "strong" });
  let state = applyReport(page, 0, report([first]));
  for (let i = 0; i < 7; i += 1) {
    const many = Array.from({ length: 200 }, (_, k) => medium(`${i}-${k}`));
    state = applyReport(state, 0, report(many));
  }
  expect(state.media).toHaveLength(maxMediaPerTab);
  expect(state.media[0]?.id).toBe("flag");
  expect(state.media.at(-1)?.id).toBe("6-199");
});

test("drops thumbnails of unflagged media first where there are too many", () => {
  const thumbnail = `data:image/png;base64,${"A".repeat(30_000)}`;
  const media = Array.from({ length: 40 }, (_, i) =>
    medium(`${i}`, { thumbnail, level: i % 2 ? "strong" : "no-sign" }),
  );
  const { media: kept } = applyReport(page, 0, report(media));
  const size = kept.reduce((sum, entry) => sum + (entry.thumbnail?.length ?? 0), 0);
  expect(size).toBeLessThanOrEqual(maxThumbnailChars);
  expect(kept.filter(({ level, thumbnail: kept }) => level === "no-sign" && kept)).toHaveLength(0);
  expect(kept).toHaveLength(40);
});

test("shows the count in the toolbar, in figures and in words, and where it is off", () => {
  const state = applyReport(page, 0, report([medium("a", { level: "strong" })]));
  expect(toolbarFace(state, defaultSettings)).toMatchObject({
    text: "1",
    title: "Unmask: signs of manipulation in 1 picture on this page",
  });
  expect(toolbarFace(page, defaultSettings)).toMatchObject({ text: "" });
  expect(toolbarFace(state, { ...defaultSettings, enabled: false })).toMatchObject({ text: "off" });
  const off = { ...defaultSettings, disabledSites: ["a.example"] };
  expect(toolbarFace(state, off)).toMatchObject({
    text: "off",
    title: "Unmask is off on a.example",
  });
  expect(toolbarFace({ ...page, detector: "failed" }, defaultSettings).title).toMatch(/could not/);
});

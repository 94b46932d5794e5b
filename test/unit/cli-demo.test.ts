import { expect, test } from "vitest";
import { demoMedia } from "../../cli/demo/media";
import { demoPage } from "../../cli/demo/page";
import { type DemoRow, demoReport } from "../../cli/demo/report";
import type { MediaReport } from "../../entrypoints/shared/messages";

const base: DemoRow["medium"] = {
  file: "a.jpg",
  kind: "image",
  title: "A",
  altered: null,
  credit: "nobody",
  from: "page",
};
const report: MediaReport = {
  id: "1",
  kind: "image",
  url: "http://127.0.0.1/a.jpg",
  status: "done",
  level: "no-sign",
  reason: null,
  score: 0.2,
  faces: 1,
};

test("the report names what was missed, flagged without cause and never seen", () => {
  const altered = { ...base, altered: "Face swapped" };
  const rows: DemoRow[] = [
    { medium: base, report },
    { medium: { ...base, file: "b.jpg" }, report: { ...report, level: "suspicious", score: 0.7 } },
    { medium: { ...altered, file: "c.jpg" }, report: { ...report, level: "strong", score: 0.99 } },
    { medium: { ...altered, file: "d.jpg" }, report },
    { medium: { ...altered, file: "e.jpg" }, report: undefined },
    {
      medium: { ...base, file: "f.mp4", kind: "video" },
      report: { ...report, kind: "video", status: "scanning", level: null, score: null, frames: 3 },
    },
  ];
  expect(demoReport(rows).split("\n")).toEqual([
    "Medium  What it is    What the extension says       Score  Looked at         Flag",
    "a.jpg   Unaltered     No signs found                0.20   1 face            –",
    "b.jpg   Unaltered     Some signs of manipulation    0.70   1 face            flagged",
    "c.jpg   Face swapped  Strong signs of manipulation  0.99   1 face            flagged",
    "d.jpg   Face swapped  No signs found                0.20   1 face            –",
    "e.jpg   Face swapped  Not seen by the extension                              –",
    "f.mp4   Unaltered     Not finished                         3 frames, 1 face  –",
    "",
    "1 of 3 altered media were flagged.",
    "Missed: d.jpg, e.jpg.",
    "1 of 3 unaltered media were flagged.",
    "Flagged without cause: b.jpg.",
    "",
  ]);
});

test("the page shows both kinds of media, altered and not, and says whose they are", () => {
  for (const kind of ["image", "video"]) {
    const ofKind = demoMedia.filter((medium) => medium.kind === kind);
    expect(ofKind.some(({ altered }) => altered)).toBe(true);
    expect(ofKind.some(({ altered }) => !altered)).toBe(true);
  }
  const html = demoPage(demoMedia, ({ file }) => `http://x/${file}`);
  for (const { file, title, credit, altered } of demoMedia) {
    expect(html).toContain(`src="http://x/${file}"`);
    for (const words of [title, credit, altered ?? "Unaltered"]) expect(html).toContain(words);
  }
});

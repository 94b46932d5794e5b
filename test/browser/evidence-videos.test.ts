/** Evidence on videos: files, pages' videos, closer looks, and what goes wrong with them. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Evidence, evidenceSchema } from "../../entrypoints/shared/evidence/evidence";
import type { EvidenceRequest } from "../../entrypoints/shared/evidence/request";
import {
  checkFile,
  type EvidenceBrowser,
  extensionWithEvidencePage,
  launchBrowser,
  nextEvidence,
  openEvidencePage,
} from "./evidence/evidence-page";
import { mediaDir, type Site, startSite } from "./harness";
import { violations } from "./surfaces/accessibility";

let browser: EvidenceBrowser;
let page: Page;
let site: Site;
beforeAll(async () => {
  site = await startSite({
    folders: { "/media/": mediaDir },
    files: { "/stalled.mp4": { file: join(mediaDir, "swap.mp4"), stallAfterBytes: 1000 } },
  });
  browser = await launchBrowser({ extensionDir: await extensionWithEvidencePage() });
  page = await openEvidencePage(browser);
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** As a page of the site shows it. */
const origin = (url: string) =>
  ({ kind: "page", url, pageUrl: `${site.origin}/`, pageTitle: "A page" }) as const;
const check = (request: EvidenceRequest) =>
  page.evaluate((asked) => evidencePage.check(asked), request);
const closer = () => page.getByRole("button", { name: "Look closer" });
/** So that the next evidence is the closer look's. */
const lookCloser = () => nextEvidence(page, () => closer().click());

describe("a video file", () => {
  let evidence: Evidence;
  beforeAll(async () => {
    evidence = await checkFile(page, join(mediaDir, "swap.mp4"));
  });

  test("has its frames, faces, thumbnails and facts", async () => {
    expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
    expect(evidence).toMatchObject({
      kind: "video",
      file: { type: "video/mp4" },
      sampling: "8 moments spread over the video",
      stability: [],
    });
    expect(evidence.duration).toBeCloseTo(5, 0);
    expect(evidence.verdict.frames).toHaveLength(8);
    expect(evidence.verdict.level).toBe("strong");
    expect(evidence.crops).toHaveLength(evidence.verdict.faces.length);
    expect(evidence.frameThumbnails?.map(({ time }) => time)).toEqual(
      evidence.verdict.frames?.map(({ time }) => time),
    );
    expect(await violations(page)).toEqual([]);
  });

  test("is led through by the keyboard", async () => {
    const slider = page.getByRole("slider", { name: "Moment" });
    await slider.focus();
    await page.keyboard.press("Home");
    const first = await slider.getAttribute("aria-valuetext");
    expect(first).toMatch(/^0:00\.\d\d, strong signs/);
    await page.getByRole("heading", { name: "At 0:00" }).waitFor();
    await page.keyboard.press("ArrowRight");
    expect(await slider.getAttribute("aria-valuetext")).not.toBe(first);
    // The sharp frame, not only the small picture.
    await page
      .getByRole("img", { name: /^Frame at/ })
      .and(page.locator("canvas"))
      .waitFor();
  });

  test("is led through by clicks in the plot and on small pictures", async () => {
    await page.locator(".timeline-plot .u-over").click({ position: { x: 2, y: 20 } });
    const heading = page.getByRole("heading", { name: /^At / });
    const first = await heading.innerText();
    await page
      .getByRole("button", { name: /^Moment/ })
      .last()
      .click();
    expect(await heading.innerText()).not.toBe(first);
  });

  test("is there as a table, too", async () => {
    await page.getByText("All moments as a table").click();
    const table = page.getByRole("region", { name: "All moments" });
    await table.getByRole("row").nth(8).waitFor();
    expect(await table.getByRole("row").count()).toBe(9);
    expect(await violations(page)).toEqual([]);
  });

  test("is looked at more closely", async () => {
    const close = await lookCloser();
    expect(v.parse(evidenceSchema, close)).toEqual(close);
    expect(close.id).toBe(evidence.id);
    expect(close.sampling).toBe("every 0.25 s");
    expect(close.verdict.frames).toHaveLength(20);
    expect(close.file).toEqual(evidence.file);
    expect(close.crops).toHaveLength(close.verdict.faces.length);
  });
});

/**
 * Cancels as soon as the view tells of other moments than before. In the page itself: a quick machine
 * is through with the video before a click from outside arrives.
 */
function cancelAtFirstMoments(): Promise<void> {
  return page.evaluate(() => {
    const told = () => document.querySelector(".timeline-words")?.textContent;
    const before = told();
    const watch = new MutationObserver(() => {
      const buttons = [...document.querySelectorAll("button")];
      const cancel = buttons.find(({ textContent }) => textContent === "Cancel");
      if (!cancel || told() === before) return;
      watch.disconnect();
      cancel.click();
    });
    watch.observe(document.body, { childList: true, subtree: true, characterData: true });
  });
}

test("keeps what a cancelled closer look saw, and what was known of the rest", async () => {
  const before = await checkFile(page, join(mediaDir, "portrait.webm"));
  const after = await nextEvidence(page, async () => {
    await cancelAtFirstMoments();
    await closer().click();
  });
  expect(v.parse(evidenceSchema, after)).toEqual(after);
  expect(after.sampling).toMatch(/^every 0\.25 s up to \d:\d\d, then stopped$/);
  const times = after.verdict.frames?.map(({ time }) => time ?? 0) ?? [];
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  // Beyond the dense part, the moments of before.
  const last = before.verdict.frames?.at(-1)?.time;
  expect(times.at(-1)).toBe(last);
  expect(new Set(times).size).toBe(times.length);
  await page.getByText("Cancelled. What had been found is kept.").waitFor();
});

describe("a page's video", () => {
  const verdict = {
    level: "unsure",
    reason: null,
    logit: 2,
    score: 0.7,
    model: "unmask-student 0.1.0",
    faces: [{ box: [10, 10, 90, 90], logit: 2, score: 0.7, level: "unsure", track: 0 }],
    frames: [1, 2].map((time) => ({
      time,
      width: 320,
      height: 240,
      faces: [{ box: [10, 10, 90, 90], logit: 2, score: 0.7, level: "unsure", track: 0 }],
    })),
  } satisfies EvidenceRequest extends infer R
    ? R extends { kind: "seen-video"; verdict: infer V }
      ? V
      : never
    : never;
  const seen = (url?: string): EvidenceRequest => ({
    kind: "seen-video",
    verdict,
    thumbnails: [],
    pageUrls: [`${site.origin}/`],
    origin: origin(url ?? "blob:https://news.example/1"),
    ...(url !== undefined && { url }),
  });

  test("in pieces or live shows what it played, and what cannot be had", async () => {
    const evidence = await nextEvidence(page, () => check(seen()));
    expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
    expect(evidence).toMatchObject({ sampling: "as it played", width: 320, verdict: { logit: 2 } });
    expect(evidence.file).toBeUndefined();
    expect(evidence.fileMissing).toContain("in pieces or live");
    await page.getByText("There is no file to look at more closely").waitFor();
    expect(await closer().count()).toBe(0);
  });

  test("with a file is fetched when looked at more closely", async () => {
    const url = `${site.origin}/media/swap.mp4`;
    const asked = () => site.requests.filter(({ path }) => path === "/media/swap.mp4").length;
    const before = asked();
    await nextEvidence(page, () => check(seen(url)));
    expect(asked()).toBe(before);
    const close = await lookCloser();
    expect(asked()).toBe(before + 1);
    expect(close).toMatchObject({
      width: 432,
      sampling: "every 0.25 s",
      verdict: { level: "strong" },
    });
    const bytes = await readFile(join(mediaDir, "swap.mp4"));
    expect(close.file?.bytes).toBe(bytes.length);
    expect(close.fileMissing).toBeUndefined();
    expect(close.provenance?.credentials.state).toBe("none");
    // At hand now: nothing is fetched again.
    await lookCloser();
    expect(asked()).toBe(before + 1);
  });

  test("that never comes can be given up", async () => {
    await nextEvidence(page, () => check(seen(`${site.origin}/stalled.mp4`)));
    await closer().click();
    await page.getByText("Fetching the video").waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    await page.getByText("Cancelled.").waitFor();
    expect(await page.evaluate(() => evidencePage.evidence?.sampling)).toBe("as it played");
  });
});

describe("bad input", () => {
  test.each([
    ["webm", "then no new picture comes"],
    ["mp4", "then the browser cannot read this video"],
  ])("a %s video that breaks off half-way is told up to there", async (extension, words) => {
    const bytes = await readFile(join(mediaDir, `portrait.${extension}`));
    const evidence = await checkFile(page, {
      name: `broken.${extension}`,
      mimeType: `video/${extension}`,
      buffer: bytes.subarray(0, bytes.length * 0.6),
    });
    expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
    expect(evidence.file?.bytes).toBe(Math.floor(bytes.length * 0.6));
    expect(evidence.sampling).toContain(words);
    const times = evidence.verdict.frames?.map(({ time }) => time ?? 0) ?? [];
    expect(times.length).toBeGreaterThan(1);
    expect(times.length).toBeLessThan(8);
  });

  test("a video that is none has its hash, and a reason", async () => {
    const buffer = Buffer.concat([Buffer.from("\0\0\0\x1cftypisom", "latin1"), Buffer.alloc(5000)]);
    const evidence = await checkFile(page, { name: "a.mp4", mimeType: "video/mp4", buffer });
    expect(evidence.verdict).toMatchObject({ level: null, reason: "unreadable" });
    expect(evidence.file?.type).toBe("video/mp4");
    expect(evidence.provenance).toBeDefined();
  });

  test("a private address from a public page is refused", async () => {
    const url = `${site.origin}/media/swap.mp4`;
    const before = site.requests.length;
    const evidence = await nextEvidence(page, () =>
      check({ kind: "address", url, pageUrls: ["https://news.example/"], origin: origin(url) }),
    );
    expect(evidence.fileMissing).toContain("private network");
    expect(evidence.verdict).toMatchObject({ level: null, reason: "unreadable" });
    expect(site.requests.length).toBe(before);
  });

  test("an address with nothing behind it is told", async () => {
    const url = `${site.origin}/nothing.jpg`;
    const evidence = await nextEvidence(page, () =>
      check({ kind: "address", url, pageUrls: [`${site.origin}/`], origin: origin(url) }),
    );
    expect(evidence.fileMissing).toBe("The file could not be had: the server answered 404.");
    await page.getByText("the server answered 404").first().waitFor();
  });
});

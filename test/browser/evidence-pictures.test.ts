/** Evidence on pictures, gathered and shown in a page of the built extension. */
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evidenceSchema } from "../../entrypoints/shared/evidence/evidence";
import {
  checkFile,
  type EvidenceBrowser,
  extensionWithEvidencePage,
  launchBrowser,
  openEvidencePage,
} from "./evidence/evidence-page";
import { mediaDir } from "./harness";
import { violations } from "./surfaces/accessibility";

let browser: EvidenceBrowser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser({ extensionDir: await extensionWithEvidencePage() });
  page = await openEvidencePage(browser);
});
afterAll(() => browser?.close());

const fixture = (name: string) => join(mediaDir, name);

test("gathers all there is on a picture", async () => {
  const evidence = await checkFile(page, fixture("swap-astronaut.jpg"));
  expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
  const bytes = await readFile(fixture("swap-astronaut.jpg"));
  expect(evidence.file).toEqual({
    sha256: createHash("sha256").update(bytes).digest("hex"),
    bytes: bytes.length,
    type: "image/jpeg",
  });
  expect(evidence.verdict.faces).toHaveLength(1);
  expect(evidence.crops).toHaveLength(1);
  expect(evidence.preview).toMatch(/^data:image\/webp/);
  expect(evidence.stability.map(({ treatment }) => treatment)).toContain("JPEG quality 60");
  expect(evidence.stability.every(({ logit }) => logit !== null)).toBe(true);
  expect(evidence.provenance?.credentials).toEqual({ state: "none" });
  expect(await violations(page)).toEqual([]);
});

describe("bad input", () => {
  test("a picture that is cut short has its hash, and a reason", async () => {
    const evidence = await checkFile(page, fixture("truncated.jpg"));
    expect(evidence.verdict).toMatchObject({ level: null, reason: "unreadable" });
    expect(evidence.verdict.detail).toBe("the file is cut short");
    expect(evidence.file?.type).toBe("image/jpeg");
    expect(evidence.provenance).toBeDefined();
    expect(evidence.stability).toEqual([]);
    await page.getByText("the file is cut short").waitFor();
    expect(await violations(page)).toEqual([]);
  });

  test("a file that is neither picture nor video is told as such", async () => {
    const buffer = Buffer.from("words");
    const evidence = await checkFile(page, { name: "notes.txt", mimeType: "text/plain", buffer });
    expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
    expect(evidence.verdict.detail).toBe("the file is neither a picture nor a video");
    expect(evidence.file?.bytes).toBe(5);
  });

  test("an empty file is told as such", async () => {
    const evidence = await checkFile(page, fixture("empty.jpg"));
    expect(evidence.verdict.detail).toBe("the file is empty");
  });

  test("a lost detector leaves all the rest", async () => {
    const lost = await openEvidencePage(browser);
    await lost.evaluate(() => evidencePage.loseDetector());
    const evidence = await checkFile(lost, fixture("swap-blue-room.jpg"));
    expect(v.parse(evidenceSchema, evidence)).toEqual(evidence);
    expect(evidence.verdict).toMatchObject({ level: null, reason: "not-scanned" });
    expect(evidence.verdict.detail).toContain("the detector cannot work");
    expect(evidence.file?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(evidence.provenance?.credentials.state).toBe("none");
    expect(evidence.detector.backend).toBe("none");
    await lost.close();
  });
});

test("moves nothing while results stream in", async () => {
  await page.setViewportSize({ width: 420, height: 4000 });
  const bytes = [...(await readFile(fixture("swap-blue-room.jpg")))];
  const before = await page.evaluate(() => evidencePage.count);
  await page.evaluate((content) => {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value, hadRecentInput } = entry as unknown as {
          value: number;
          hadRecentInput: boolean;
        };
        if (!hadRecentInput) shifts.push(value);
      }
    });
    const shifts: number[] = [];
    Object.assign(globalThis, { shifts });
    observer.observe({ type: "layout-shift" });
    evidencePage.check({
      kind: "bytes",
      bytes: new Blob([new Uint8Array(content)], { type: "image/jpeg" }),
      origin: { kind: "pasted" },
    });
  }, bytes);
  await page.waitForFunction((count) => evidencePage.count > count, before);
  const shifts = await page.evaluate(() => (globalThis as unknown as { shifts: number[] }).shifts);
  // What the field calls good (web.dev/cls).
  expect(shifts.reduce((sum, shift) => sum + shift, 0)).toBeLessThan(0.1);
});

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each([320, 1200])("has no barrier and fits %i px", async (width) => {
    const shown = await page.evaluate(() => evidencePage.evidence);
    if (!shown) throw new Error("no evidence");
    const other = await openEvidencePage(browser);
    await other.emulateMedia({ colorScheme });
    await other.setViewportSize({ width, height: 800 });
    const origin = {
      kind: "page",
      url: `https://cdn.example/${"long".repeat(200)}.jpg`,
      pageUrl: "https://news.example/",
      pageTitle: "A story".repeat(30),
    } as const;
    await other.evaluate((evidence) => evidencePage.show({ evidence }), { ...shown, origin });
    await other.getByRole("heading", { level: 2 }).waitFor();
    expect(await violations(other)).toEqual([]);
    expect(await other.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(
      width,
    );
    await other.close();
  });
});

test("offers searches that leave the device only when clicked, and the hash to copy", async () => {
  await browser.context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const shown = await checkFile(page, fixture("cat.jpg"));
  await page.getByText("no address on the web").waitFor();
  await page.getByRole("button", { name: "Copy SHA-256" }).click();
  await page.getByRole("button", { name: "Copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown.file?.sha256);
  const link = { kind: "link", url: "https://cdn.example/cat.jpg" } as const;
  await page.evaluate((evidence) => evidencePage.show({ evidence }), { ...shown, origin: link });
  const tineye = page.getByRole("link", { name: /TinEye/ });
  expect(await tineye.getAttribute("href")).toBe(
    "https://tineye.com/search?url=https%3A%2F%2Fcdn.example%2Fcat.jpg",
  );
  expect(await tineye.getAttribute("rel")).toBe("noopener noreferrer");
  await page.getByText("that leaves your device").waitFor();
});

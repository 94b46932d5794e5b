/** The harness itself: other browser tests take these for granted. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { copyExtension, launchBrowser, type Site, startSite } from "./harness";

let site: Site;
beforeAll(async () => {
  site = await startSite({
    files: {
      "/": "<!doctype html><title>first</title>",
      "/open.txt": { body: "open", headers: { "access-control-allow-origin": "*" } },
      "/closed.txt": "closed",
      "/cut.bin": { body: "x".repeat(1000), cutAfterBytes: 10 },
      "/stall.bin": { body: "x".repeat(1000), stallAfterBytes: 10 },
      "/moved": { redirect: "/open.txt" },
    },
  });
});
afterAll(() => site.close());

test("opens the extension with its settings and colour scheme", async () => {
  const browser = await launchBrowser({
    colorScheme: "dark",
    settings: { disabledSites: ["a.example"] },
  });
  try {
    const stored = await browser.worker.evaluate(() => chrome.storage.local.get("settings"));
    expect(stored).toEqual({ settings: { disabledSites: ["a.example"] } });
    const page = await browser.context.newPage();
    await page.goto(browser.extensionUrl("popup.html"));
    expect(await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches)).toBe(
      true,
    );
  } finally {
    await browser.close();
  }
});

test("serves two origins without CORS and misbehaves when asked", async () => {
  const browser = await launchBrowser();
  try {
    const page = await browser.context.newPage();
    await page.goto(site.origin);
    const read = (url: string) =>
      page.evaluate(async (address) => {
        try {
          return await (await fetch(address, { signal: AbortSignal.timeout(1000) })).text();
        } catch (error) {
          return (error as Error).name;
        }
      }, url);
    expect(await read("/closed.txt")).toBe("closed");
    expect(await read(`${site.otherOrigin}/closed.txt`)).toBe("TypeError");
    expect(await read(`${site.otherOrigin}/open.txt`)).toBe("open");
    expect(await read("/moved")).toBe("open");
    expect(await read("/cut.bin")).toBe("TypeError");
    expect(await read("/stall.bin")).toBe("TimeoutError");
    expect(await read("/../../package.json")).toBe("not found");
  } finally {
    await browser.close();
  }
});

test("copies the extension for a test to alter", async () => {
  const dir = await copyExtension(async (copy) => {
    const file = join(copy, "manifest.json");
    const manifest = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify({ ...manifest, name: "Altered" }));
  });
  const browser = await launchBrowser({ extensionDir: dir });
  try {
    expect(await browser.worker.evaluate(() => chrome.runtime.getManifest().name)).toBe("Altered");
  } finally {
    await browser.close();
  }
});

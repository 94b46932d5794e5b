/** The evidence engine and view in a page of the built extension, under its content policy. */
import { join } from "node:path";
import preact from "@preact/preset-vite";
import type { Page } from "playwright-core";
import { build } from "vite";
import type { Evidence } from "../../../entrypoints/shared/evidence/evidence";
import { copyExtension, launchBrowser } from "../harness";
import type { EvidencePage } from "./page";

declare global {
  var evidencePage: EvidencePage;
}

const folder = "evidence-test";

/** A copy of the extension with the page in it; returns its folder. */
export function extensionWithEvidencePage(): Promise<string> {
  return copyExtension(async (dir) => {
    await build({
      configFile: false,
      logLevel: "error",
      root: import.meta.dirname,
      base: `/${folder}/`,
      plugins: [preact()],
      build: { outDir: join(dir, folder), target: "chrome148", chunkSizeWarningLimit: 4000 },
      worker: { format: "es" },
    });
  });
}

export type EvidenceBrowser = Awaited<ReturnType<typeof launchBrowser>>;

/** @param trust PEM certificates of signers to trust. */
export async function openEvidencePage(browser: EvidenceBrowser, trust?: string): Promise<Page> {
  const page = await browser.context.newPage();
  page.setDefaultTimeout(60_000);
  const query = trust === undefined ? "" : `?trust=${encodeURIComponent(trust)}`;
  await page.goto(browser.extensionUrl(`${folder}/index.html${query}`));
  return page;
}

/** Waits for evidence that is not there yet, and gives it. */
export async function nextEvidence(page: Page, act: () => Promise<unknown>): Promise<Evidence> {
  const before = await page.evaluate(() => evidencePage.count);
  await act();
  await page.waitForFunction((count) => evidencePage.count > count, before, { timeout: 110_000 });
  return page.evaluate(() => evidencePage.evidence as Evidence);
}

/** Gathers evidence on a file of this machine. */
export function checkFile(
  page: Page,
  file: string | { name: string; mimeType: string; buffer: Buffer },
): Promise<Evidence> {
  return nextEvidence(page, () => page.getByLabel("File").setInputFiles(file));
}

export { launchBrowser };

/** Opens the popup of a tab with a state of our choosing, in a tab of its own. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import type { PageState } from "../../../entrypoints/shared/messages";
import type { Settings } from "../../../entrypoints/shared/settings";
import { copyExtension, launchBrowser } from "../harness";

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

/** The extension with nobody but us to report on pages: no content script, an idle worker. */
export async function launchWithoutPages(
  options: Parameters<typeof launchBrowser>[0] = {},
): Promise<Browser> {
  const extensionDir = await copyExtension(async (dir) => {
    const file = join(dir, "manifest.json");
    const { content_scripts: _, ...manifest } = JSON.parse(await readFile(file, "utf8"));
    await writeFile(file, JSON.stringify(manifest));
    await writeFile(join(dir, manifest.background.service_worker), "");
  });
  return launchBrowser({ ...options, extensionDir });
}

export interface OpenPopup {
  popup: Page;
  tab: Page;
  /** Stores another state of the page, as the background does. */
  report(state: Partial<PageState>): Promise<void>;
  settings(): Promise<Partial<Settings>>;
  close(): Promise<void>;
}

/** @param state null leaves the page without a state, as one from before the installation */
export async function openPopup(
  browser: Browser,
  url: string,
  state: Partial<PageState> | null,
  settings: Partial<Settings> = {},
): Promise<OpenPopup> {
  const { worker } = browser;
  await worker.evaluate((value) => chrome.storage.local.set({ settings: value }), settings);
  const [tab, tabId] = await Promise.all([
    browser.context.waitForEvent("page"),
    worker.evaluate(async (address) => {
      const { id } = await chrome.tabs.create({ url: address });
      if (id === undefined) throw new Error("a tab without a number");
      return id;
    }, url),
  ]);
  const key = `page:${tabId}`;
  const report = (next: Partial<PageState>) =>
    worker.evaluate(([name, value]) => chrome.storage.session.set({ [name]: value }), [
      key,
      { url, detector: "ready", media: [], ...next },
    ] as const);
  if (state) await report(state);

  const popup = await browser.context.newPage();
  popup.setDefaultTimeout(10_000);
  await popup.setViewportSize({ width: 380, height: 600 });
  await popup.goto(browser.extensionUrl(`popup.html?tab=${tabId}`));
  await popup.getByRole("heading", { level: 1 }).waitFor();
  return {
    popup,
    tab,
    report,
    settings: () =>
      worker.evaluate(async () => {
        const { settings: stored } = await chrome.storage.local.get("settings");
        return stored as object;
      }),
    close: async () => {
      await popup.close();
      await tab.close();
    },
  };
}

/** Milliseconds on the page's main thread from the next stored state to the next painted frame. */
export function nextStatePainted(page: Page): Promise<number> {
  return page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const from: number[] = [];
        chrome.storage.onChanged.addListener(() => from.push(performance.now()));
        new MutationObserver(() =>
          requestAnimationFrame(() => resolve(performance.now() - (from[0] ?? 0))),
        ).observe(document.querySelector("[role=status]") as Element, {
          characterData: true,
          subtree: true,
          childList: true,
        });
      }),
  );
}

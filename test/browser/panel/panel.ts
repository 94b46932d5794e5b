/** Opens the workbench for a tab with a state of our choosing, as a page that can be driven. */
import type { Page } from "playwright-core";
import type { LaunchedBrowser } from "../../../cli/browser";
import type { PageState } from "../../../entrypoints/shared/messages";

export async function tabIdOf({ worker }: LaunchedBrowser, url: string): Promise<number> {
  return worker.evaluate(async (address) => {
    const [tab] = await chrome.tabs.query({ url: address });
    if (tab?.id === undefined) throw new Error(`no tab shows ${address}`);
    return tab.id;
  }, url);
}

export interface OpenPanel {
  panel: Page;
  /** The page that it speaks of. */
  page: Page;
  tabId: number;
  /** Stores another state of the page, as the background does. */
  report(state: Partial<PageState>): Promise<void>;
  close(): Promise<void>;
}

export interface PanelOptions {
  width?: number;
  height?: number;
  /** Known of the page before the panel opens; left out where its own content script reports. */
  state?: Partial<PageState>;
}

/** The workbench in a tab of its own, beside a new tab with `url`; it takes requests, too. */
export async function openPanel(
  browser: LaunchedBrowser,
  url: string,
  { width = 380, height = 800, state }: PanelOptions = {},
): Promise<OpenPanel> {
  const { context, worker } = browser;
  const page = await context.newPage();
  await page.goto(url);
  const tabId = await tabIdOf(browser, page.url());
  const report = (next: Partial<PageState>) =>
    worker.evaluate(([name, value]) => chrome.storage.session.set({ [name]: value }), [
      `page:${tabId}`,
      { url: page.url(), detector: "ready", media: [], ...next },
    ] as const);
  if (state) await report(state);
  const panel = await context.newPage();
  panel.setDefaultTimeout(15_000);
  await panel.setViewportSize({ width, height });
  await panel.goto(browser.extensionUrl(`sidepanel.html?tab=${tabId}&request`));
  await panel.getByRole("navigation", { name: "Sections" }).waitFor();
  return {
    panel,
    page,
    tabId,
    report,
    close: async () => {
      await panel.close();
      await page.close();
    },
  };
}

/** The browser's own side panel: opened from the popup, it follows the active tab of its window. */
import { afterAll, beforeAll, expect as expectNow, test } from "vitest";
import type { LaunchedBrowser } from "../../cli/browser";
import { medium } from "../fixtures/medium";
import { type Site, startSite } from "./harness";
import { tabIdOf } from "./panel/panel";
import { sidePanelOf } from "./panel/side-panel";
import { launchWithoutPages } from "./surfaces/popup";

const expect = Object.assign((value: unknown) => expectNow(value), {
  poll: (read: () => unknown) => expectNow.poll(read, { timeout: 15_000 }),
});

let site: Site;
let browser: LaunchedBrowser;
beforeAll(async () => {
  site = await startSite({
    files: {
      "/first": "<!doctype html><title>First</title>",
      "/second": "<!doctype html><title>Second</title>",
    },
  });
  browser = await launchWithoutPages();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test("the popup opens it, and it goes where one goes", async () => {
  const { context, worker } = browser;
  const pages = await Promise.all(
    ["/first", "/second"].map(async (path) => {
      const page = await context.newPage();
      await page.goto(site.origin + path);
      const tabId = await tabIdOf(browser, page.url());
      const media = [medium(path.slice(1), { level: "strong" })];
      await worker.evaluate(([key, state]) => chrome.storage.session.set({ [key]: state }), [
        `page:${tabId}`,
        { url: page.url(), detector: "ready", media },
      ] as const);
      return { page, tabId };
    }),
  );
  const [first, second] = pages;
  if (!first || !second) throw new Error("no pages");
  const popup = await context.newPage();
  await popup.goto(browser.extensionUrl(`popup.html?tab=${first.tabId}`));
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: "Open the workbench" }).click();
  await closed;
  const panel = await sidePanelOf(browser);
  await first.page.bringToFront();
  await expect.poll(() => panel.text()).toContain("first.jpg");
  await second.page.bringToFront();
  await expect.poll(() => panel.text()).toContain("second.jpg");
  expect(await panel.text()).not.toContain("first.jpg");
  await second.page.close();
  await expect.poll(() => panel.text()).not.toContain("second.jpg");
});

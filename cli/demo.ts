/**
 * `npm run demo`: the production extension in a browser, on a local page of ordinary and altered
 * faces. Prints what the extension recorded for each; where there is a display the window stays open.
 */
import { once } from "node:events";
import { mkdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import type { Page } from "playwright-core";
import type { MediaReport, PageState } from "../entrypoints/shared/messages";
import { type LaunchedBrowser, launchBrowser } from "./browser";
import { ensureExtension, projectRoot } from "./build-extension";
import { type DemoMedium, demoMedia } from "./demo/media";
import { demoPage } from "./demo/page";
import { type DemoRow, demoReport } from "./demo/report";
import { type Site, startSite } from "./site";
import { stopOnSignal } from "./stop-on-signal";

const mediaDir = join(projectRoot, "test", "fixtures", "media");
const pictureDir = join(projectRoot, ".output", "demo");

/** Enough for a verdict on a video; the extension goes on looking as long as it plays. */
const framesForAVerdict = 8;
/** The first medium waits for the detector to load, on a slow machine without a graphics card. */
const mediumDeadlineMs = 90_000;
const lookAgainMs = 300;
/** High enough for the whole page, so that one screenshot shows every badge in its place. */
const headlessViewport = { width: 1280, height: 1620 };

const headed = Boolean(
  process.platform === "darwin" || process.env.DISPLAY || process.env.WAYLAND_DISPLAY,
);

const extensionDir = await ensureExtension(console.log);
const site = await startDemoSite();
const browser = await launchBrowser({
  extensionDir,
  headed,
  graphics: "any",
  viewport: headed ? null : headlessViewport,
});
const interrupted = once(stopOnSignal(), "abort");
const closed = new Promise((resolve) => browser.context.once("close", resolve));
try {
  await Promise.race([show(site, browser), interrupted, closed]);
} finally {
  await browser.close().catch(() => undefined);
  await site.close();
}

async function show(site: Site, browser: LaunchedBrowser): Promise<void> {
  const page = await browser.context.newPage();
  await page.goto(site.origin);
  const popup = await openPopup(browser, page);
  // The first-run page may have opened in front of it.
  await page.bringToFront();
  console.log(`The demo page is ${site.origin}. Waiting for the extension to look at everything …`);

  const rows: DemoRow[] = [];
  for (const medium of demoMedia) {
    const address = addressOf(site, medium);
    await page.locator(`[src="${address}"]`).evaluate((element) => {
      element.scrollIntoView({ behavior: "smooth", block: "center" });
    });
    rows.push({ medium, report: await finishedReport(popup, site.origin, address) });
  }
  console.log(`\n${demoReport(rows)}`);
  const card = JSON.parse(await readFile(join(extensionDir, "student", "card.json"), "utf8"));
  if (card.status === "untrained") {
    console.log("The student in this build was never trained: its levels mean nothing.\n");
  }
  const state = await popup.evaluate(readState, site.origin);
  if (state?.detector === "failed") {
    console.log(`The detector does not work here: ${state.detectorDetail ?? "no reason given"}\n`);
    process.exitCode = 1;
  }

  if (headed) {
    console.log("The window stays open; press Ctrl-C here, or close it, to end.");
    await new Promise(() => undefined);
  }
  await takePictures(page, popup);
}

async function startDemoSite(): Promise<Site> {
  const files: Record<string, { body?: string; file?: string }> = {
    "/style.css": { file: join(projectRoot, "cli", "demo", "style.css") },
  };
  const site = await startSite({ files, folders: { "/media/": mediaDir } });
  files["/"] = { body: demoPage(demoMedia, (medium) => addressOf(site, medium)) };
  return site;
}

function addressOf(site: Site, { file, from }: DemoMedium): string {
  return `${from === "page" ? site.origin : site.otherOrigin}/media/${file}`;
}

/**
 * The popup as a page of its own, in a tab behind the demo page: the extension looks at what is
 * visible only. It is also where the extension's records are read.
 */
async function openPopup({ context, worker, extensionUrl }: LaunchedBrowser, page: Page) {
  const opened = context.waitForEvent("page");
  await worker.evaluate(
    async ([demo, popup]) => {
      const [tab] = await chrome.tabs.query({ url: `${demo}*` });
      await chrome.tabs.create({ url: `${popup}?tab=${tab?.id}`, active: false });
    },
    [page.url(), extensionUrl("popup.html")] as const,
  );
  return opened;
}

/** Waits for the extension's verdict on a medium; returns what there is once time is up. */
async function finishedReport(
  popup: Page,
  origin: string,
  address: string,
): Promise<MediaReport | undefined> {
  const deadline = Date.now() + mediumDeadlineMs;
  for (;;) {
    const state = await popup.evaluate(readState, origin);
    const report = state?.media.find(({ url }) => url === address);
    if (state?.detector === "failed" || Date.now() > deadline || isFinished(report)) return report;
    await wait(lookAgainMs);
  }
}

/** Runs in the popup. */
async function readState(origin: string): Promise<PageState | undefined> {
  const stored = Object.values(await chrome.storage.session.get()) as Partial<PageState>[];
  return stored.find(({ url }) => url?.startsWith(origin)) as PageState | undefined;
}

function isFinished(report: MediaReport | undefined): boolean {
  return report?.status === "done" || (report?.frames ?? 0) >= framesForAVerdict;
}

async function takePictures(page: Page, popup: Page): Promise<void> {
  await mkdir(pictureDir, { recursive: true });
  const pagePicture = join(pictureDir, "page.png");
  await page.screenshot({ path: pagePicture });
  const popupPicture = join(pictureDir, "popup.png");
  await popup.bringToFront();
  await popup.setViewportSize({ width: 400, height: 600 });
  await popup.screenshot({ path: popupPicture });
  const shown = (path: string) => relative(process.cwd(), path);
  console.log(`Screenshots: ${shown(pagePicture)} (page), ${shown(popupPicture)} (popup).`);
}

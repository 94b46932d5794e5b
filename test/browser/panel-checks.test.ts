/**
 * Every way to have something checked in the workbench, each to its evidence, in the production build
 * with the real evidence engine. A context menu cannot be clicked headlessly: its event is handed to
 * the background's own listener; as no gesture comes with it, Chrome refuses the side panel and the
 * workbench opens in a tab, which is the same page.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect as expectNow, test } from "vitest";
import type { LaunchedBrowser } from "../../cli/browser";
import { medium } from "../fixtures/medium";
import { mediaDir, type Site, startSite } from "./harness";
import { expectMedia, launchWithFakeDetector, seeLayers } from "./page/inspect";
import { type OpenPanel, openPanel, tabIdOf } from "./panel/panel";
import { violations } from "./surfaces/accessibility";

const expect = Object.assign((value: unknown) => expectNow(value), {
  poll: (read: () => unknown) => expectNow.poll(read, { timeout: 30_000 }),
});

/** Evidence takes seconds on a busy machine. */
const evidenceMs = 60_000;

const swap = join(mediaDir, "swap-portrait.jpg");
let site: Site;
let browser: LaunchedBrowser;
const opened: { close(): Promise<void> }[] = [];

beforeAll(async () => {
  const swapUrl = `data:image/jpeg;base64,${(await readFile(swap)).toString("base64")}`;
  const tall = '<div style="height:2000px"></div>';
  site = await startSite({
    files: {
      "/feed": `<!doctype html><title>A feed</title><body style="margin:0">
        <img src="/plain.jpg" width="300" height="300">${tall}
        <a href="/flag.jpg"><img src="/flag.jpg" width="300" height="375"></a>${tall}`,
      "/one": `<!doctype html><title>One</title><body style="margin:0">
        <img src="/flag.jpg" width="600" height="750">`,
      "/own": `<!doctype html><title>Own</title><body style="margin:0">
        <img id="data" src="${swapUrl}" width="300" height="375"><img id="blob" width="300" height="375">
        <script>
          fetch(document.querySelector("#data").src).then((r) => r.blob()).then((b) => {
            document.querySelector("#blob").src = URL.createObjectURL(b);
          });
        </script>`,
      "/clip": `<!doctype html><title>Clip</title><body style="margin:0">
        <video src="/swap.mp4" width="400" muted autoplay loop></video>`,
      "/empty": "<!doctype html><title>Empty</title><p>Nothing here.",
      "/plain.jpg": { file: join(mediaDir, "portrait.jpg") },
      "/flag.jpg": { file: swap },
      "/swap.mp4": { file: join(mediaDir, "swap.mp4") },
    },
  });
  browser = await launchWithFakeDetector();
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function open(path: string, size: { width?: number; height?: number } = {}) {
  const one: OpenPanel = await openPanel(browser, site.origin + path, size);
  opened.push(one);
  return one;
}

const evidenceOf = (panel: Page) => panel.getByRole("region", { name: "Evidence" });

/** Waits for evidence on a picture that the detector flags. */
async function expectFlagged(panel: Page): Promise<void> {
  await evidenceOf(panel)
    .getByRole("heading", { name: /signs of manipulation/i })
    .first()
    .waitFor({ timeout: evidenceMs });
}

/** Hands the background the event of a click in its context menu. */
function clickMenu(page: Page, click: object): Promise<void> {
  return browser.worker.evaluate(
    async ([url, info]) => {
      const [tab] = await chrome.tabs.query({ url });
      const { onClicked } = chrome.contextMenus as unknown as {
        onClicked: { dispatch(info: object, tab: object | undefined): void };
      };
      onClicked.dispatch(info, tab);
    },
    [page.url(), click] as const,
  );
}

function press(page: Page, command: string): Promise<void> {
  return browser.worker.evaluate(
    async ([url, name]) => {
      const [tab] = await chrome.tabs.query({ url });
      const { onCommand } = chrome.commands as unknown as {
        onCommand: { dispatch(name: string, tab: object | undefined): void };
      };
      onCommand.dispatch(name, tab);
    },
    [page.url(), command] as const,
  );
}

describe("from the list", () => {
  test("a click scrolls the page to the medium, rings it and opens its evidence", async () => {
    const { panel, page } = await open("/feed");
    await page.bringToFront();
    await expectMedia(browser.worker, page, (media) => expect(media).toHaveLength(1));
    await page.locator("img").last().scrollIntoViewIfNeeded();
    await expectMedia(browser.worker, page, (media) =>
      expect(media.filter(({ status }) => status === "done")).toHaveLength(2),
    );
    await page.evaluate(() => scrollTo(0, 0));
    const row = panel.getByRole("button", { name: /Strong signs.*flag\.jpg/ });
    await row.click();
    await expect.poll(async () => (await seeInLayer(page, "spotlight")) !== null).toBe(true);
    await expect.poll(() => page.evaluate(() => scrollY)).toBeGreaterThan(1000);
    // The card stays shut: its words are in the panel, and it would cover the picture.
    expect((await seeLayers(page))[0]?.card ?? null).toBeNull();
    await expectFlagged(panel);
    expect(await violations(panel)).toEqual([]);
    // Back leads to the row that was left.
    await panel.getByRole("button", { name: "Back to the list" }).click();
    expect(await panel.evaluate(() => document.activeElement?.textContent)).toContain("flag.jpg");
  });

  test("pictures that only the page can read come with their bytes", async () => {
    const { panel, page } = await open("/own");
    await page.bringToFront();
    await expectMedia(browser.worker, page, (media) => expect(media).toHaveLength(2));
    for (const name of [/Part of the page/, /Made by the page/]) {
      await panel.getByRole("button", { name }).click();
      await expectFlagged(panel);
      await panel.getByRole("button", { name: "Back to the list" }).click();
    }
  });

  test("a video comes with the frames that were looked at as it played", async () => {
    const { panel, page } = await open("/clip");
    await page.bringToFront();
    await expectMedia(browser.worker, page, (media) =>
      expect(media[0]?.frames ?? 0).toBeGreaterThan(3),
    );
    await panel.getByRole("button", { name: /swap\.mp4/ }).click();
    await evidenceOf(panel).getByText("as it played").first().waitFor({ timeout: evidenceMs });
  });

  test("a page that was left is said to be left, and what was found stays", async () => {
    const { panel, page } = await open("/one");
    await page.bringToFront();
    await panel.getByRole("button", { name: /flag\.jpg/ }).click();
    await expectFlagged(panel);
    await page.goto(`${site.origin}/empty`);
    await evidenceOf(panel).getByText("The page has moved on").waitFor();
    await evidenceOf(panel).getByRole("button", { name: "Show on the page" }).click();
    await evidenceOf(panel).getByRole("alert").getByText("It is no longer there.").waitFor();
    await expectFlagged(panel);
  });

  test("a medium that is gone is said to be gone", async () => {
    const { panel, report } = await open("/empty");
    await report({ media: [medium("gone", { level: "strong" })] });
    await panel.getByRole("button", { name: /gone\.jpg/ }).click();
    await evidenceOf(panel).getByText("no longer on the page").waitFor();
  });
});

test("what was checked can be kept in a case and is in the history, unless it was private", async () => {
  const checkFile = async (panel: Page, name: string) => {
    await panel.getByRole("button", { name: "Check a file" }).click();
    const buffer = await readFile(swap);
    await panel.locator("input[type=file]").setInputFiles({ name, mimeType: "image/jpeg", buffer });
  };
  const hidden = await open("/one");
  // Chrome lets no test switch an extension on in private windows; the tab only says it is in one.
  await hidden.panel.addInitScript(() => {
    const get = chrome.tabs.get.bind(chrome.tabs);
    Object.assign(chrome.tabs, {
      get: async (tabId: number) => ({ ...(await get(tabId)), incognito: true }),
    });
  });
  await hidden.panel.reload();
  await checkFile(hidden.panel, "hidden.jpg");
  await evidenceOf(hidden.panel)
    .getByText("it cannot be added to a case")
    .waitFor({ timeout: evidenceMs });
  expect(await hidden.panel.getByRole("form", { name: "Keep in a case" }).count()).toBe(0);

  const { panel } = await open("/empty");
  await checkFile(panel, "known.jpg");
  const keep = panel.getByRole("form", { name: "Keep in a case" });
  await keep.waitFor({ timeout: evidenceMs });
  await keep.getByRole("textbox", { name: "Title of the new case" }).fill("A case");
  await keep.getByRole("button", { name: "Keep in case" }).click();
  await keep.getByText("Kept in “A case”.").waitFor();
  const sections = panel.getByRole("navigation", { name: "Sections" });
  await sections.getByRole("button", { name: "Cases" }).click();
  const cases = panel.getByRole("region", { name: "Cases and history" });
  await cases.getByText("A case").first().waitFor();
  await cases.getByRole("button", { name: "History" }).click();
  await cases.getByText("known.jpg").first().waitFor();
  expect(await cases.getByText("hidden.jpg").count()).toBe(0);
});

describe("on demand", () => {
  test("a menu on a picture", async () => {
    const { panel, page } = await open("/one");
    await clickMenu(page, { menuItemId: "picture", srcUrl: `${site.origin}/flag.jpg`, frameId: 0 });
    await expectFlagged(panel);
    await evidenceOf(panel).getByRole("heading", { name: "flag.jpg" }).waitFor();
  });

  test("a menu on a picture of the page's own, with Unmask off for the site", async () => {
    const setSites = (sites: string[]) =>
      browser.worker.evaluate(
        (disabledSites) => chrome.storage.local.set({ settings: { disabledSites } }),
        sites,
      );
    await setSites(["127.0.0.1"]);
    try {
      const { panel, page } = await open("/own");
      const srcUrl = await page.locator("#blob").evaluate(
        (image) =>
          new Promise<string>((resolve) => {
            const { src } = image as HTMLImageElement;
            if (src) resolve(src);
            else image.addEventListener("load", () => resolve((image as HTMLImageElement).src));
          }),
      );
      await clickMenu(page, { menuItemId: "picture", srcUrl, frameId: 0 });
      await expectFlagged(panel);
    } finally {
      await setSites([]);
    }
  });

  test("a menu on a link", async () => {
    const { panel, page } = await open("/empty");
    await clickMenu(page, { menuItemId: "link", linkUrl: `${site.origin}/flag.jpg` });
    await expectFlagged(panel);
  });

  test("a menu on the page looks at all of it, in view or not", async () => {
    const { page } = await open("/feed");
    await page.bringToFront();
    await expectMedia(browser.worker, page, (media) => expect(media).toHaveLength(1));
    await clickMenu(page, { menuItemId: "page", frameId: 0 });
    await expectMedia(browser.worker, page, (media) =>
      expect(media.map(({ status }) => status)).toEqual(["done", "done"]),
    );
    expect(await page.evaluate(() => scrollY)).toBe(0);
  });

  test("a menu without a workbench opens one", async () => {
    const page = await browser.context.newPage();
    opened.push(page);
    await page.goto(`${site.origin}/empty`);
    const tabId = await tabIdOf(browser, page.url());
    const opening = browser.context.waitForEvent("page");
    await clickMenu(page, { menuItemId: "link", linkUrl: `${site.origin}/plain.jpg` });
    const panel = await opening;
    opened.push(panel);
    await panel.getByRole("button", { name: "Back to the list" }).waitFor();
    expect(panel.url()).toBe(browser.extensionUrl(`sidepanel.html?tab=${tabId}&request`));
  });

  test("a key checks what has the focus, else the largest in view", async () => {
    const { panel, page } = await open("/feed");
    await page.bringToFront();
    await page.locator("a").focus();
    await press(page, "check-in-view");
    await evidenceOf(panel).getByRole("heading", { name: "flag.jpg" }).waitFor();
    await page.evaluate(() => {
      (document.activeElement as HTMLElement).blur();
      scrollTo(0, 0);
    });
    await press(page, "check-in-view");
    await evidenceOf(panel).getByRole("heading", { name: "plain.jpg" }).waitFor();
  });

  test("a key says so where nothing is in view", async () => {
    const { panel, page } = await open("/empty");
    await press(page, "check-in-view");
    await panel.getByRole("alert").getByText("No picture or video is in view").waitFor();
  });

  test("files that are chosen, one after the other", async () => {
    const { panel } = await open("/empty");
    await panel.getByRole("button", { name: "Check a file" }).click();
    const choosing = panel.waitForEvent("filechooser");
    await panel.getByRole("button", { name: "Choose files" }).click();
    await (await choosing).setFiles([swap, join(mediaDir, "broken.png")]);
    const rows = panel.locator(".checked").getByRole("button");
    await expect.poll(() => rows.count()).toBe(2);
    await rows
      .filter({ hasText: /Strong signs.*swap-portrait\.jpg/ })
      .waitFor({ timeout: evidenceMs });
    await rows
      .filter({ hasText: /Could not be read.*broken\.png/ })
      .waitFor({ timeout: evidenceMs });
    expect(await violations(panel)).toEqual([]);
    await rows.first().click();
    await expectFlagged(panel);
  });

  test("a file that is dropped, and a picture that is pasted", async () => {
    const { panel } = await open("/empty");
    const bytes = [...(await readFile(swap))];
    const hand = (type: "drop" | "paste", name: string, mime: string) =>
      panel.evaluate(
        ([kind, fileName, fileType, content]) => {
          const data = new DataTransfer();
          data.items.add(new File([new Uint8Array(content)], fileName, { type: fileType }));
          const event =
            kind === "drop"
              ? new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true })
              : new ClipboardEvent("paste", {
                  clipboardData: data,
                  bubbles: true,
                  cancelable: true,
                });
          document.body.dispatchEvent(event);
        },
        [type, name, mime, bytes] as const,
      );
    await hand("drop", "dropped.jpg", "image/jpeg");
    await evidenceOf(panel).getByRole("heading", { name: "dropped.jpg" }).waitFor();
    await expectFlagged(panel);
    await hand("paste", "image.png", "image/png");
    await evidenceOf(panel).getByText("This came from the clipboard.").waitFor();
    await expectFlagged(panel);
  });

  describe("a part of the screen", () => {
    const start = async () => {
      // Of one size with the page: Playwright sizes the window after the last of its tabs, and a
      // capture shows the window.
      const { panel, page } = await open("/one", { width: 1280, height: 720 });
      await page.bringToFront();
      await clickMenu(page, { menuItemId: "region", frameId: 0 });
      await expect.poll(async () => (await seeRegion(page)) !== null).toBe(true);
      // Chrome drops what is done to a page before its first frame.
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      return { panel, page };
    };

    test("drawn with the pointer", async () => {
      const { panel, page } = await start();
      await page.mouse.move(150, 20);
      await page.mouse.down();
      await page.mouse.move(450, 320, { steps: 4 });
      await page.mouse.up();
      await evidenceOf(panel).getByText("This is a screenshot of a part of the page").waitFor();
      await expectFlagged(panel);
      expect(await seeRegion(page)).toBeNull();
      // Without the overlay, and at the pixels of the device.
      await evidenceOf(panel)
        .getByText(/300 × 300 pixels/)
        .first()
        .waitFor({ timeout: evidenceMs });
    });

    test("framed with the keyboard alone", async () => {
      const { panel, page } = await start();
      const before = await seeRegion(page);
      await page.keyboard.press("ArrowUp");
      await page.keyboard.press("Shift+ArrowRight");
      await page.keyboard.press("Alt+ArrowLeft");
      expect(await seeRegion(page)).toEqual(
        before && { ...before, x: before.x - 2, y: before.y - 20, width: before.width + 20 },
      );
      expect(await page.evaluate(() => scrollY)).toBe(0);
      await page.keyboard.press("Enter");
      await evidenceOf(panel).getByText("This is a screenshot of a part of the page").waitFor();
    });

    test("called off with Escape", async () => {
      const { panel, page } = await start();
      await page.keyboard.press("Escape");
      await expect.poll(() => seeRegion(page)).toBeNull();
      await panel.getByText("Draw a rectangle on the page").waitFor({ state: "hidden" });
      expect(await evidenceOf(panel).count()).toBe(0);
    });
  });
});

/** The frame in the overlay for drawing; null without an overlay. */
const seeRegion = (page: Page) => seeInLayer(page, "region-frame");

/** Where an element of our layer stands, in its closed shadow root; null where it is not there. */
async function seeInLayer(page: Page, className: string) {
  const session = await page.context().newCDPSession(page);
  try {
    const { root } = await session.send("DOM.getDocument", { depth: -1, pierce: true });
    const node = find(root as DomNode, className);
    if (!node) return null;
    const { model } = await session
      .send("DOM.getBoxModel", { backendNodeId: node.backendNodeId })
      // One that is hidden has no box.
      .catch(() => ({ model: null }));
    if (!model) return null;
    const [x = 0, y = 0] = model.border;
    return { x: Math.round(x), y: Math.round(y), width: model.width, height: model.height };
  } finally {
    await session.detach();
  }
}

interface DomNode {
  backendNodeId: number;
  attributes?: string[];
  children?: DomNode[];
  shadowRoots?: DomNode[];
}

function find(node: DomNode, className: string): DomNode | null {
  if (node.attributes?.includes(className)) return node;
  for (const inner of [...(node.children ?? []), ...(node.shadowRoots ?? [])]) {
    const found = find(inner, className);
    if (found) return found;
  }
  return null;
}

/** Badges and cards on pages that scroll, cover, restyle and fight them. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { expect as expectNow, test } from "vitest";
import { mediaDir, type SiteFile } from "./harness";
import {
  expectBadges,
  expectMedia,
  pageState,
  type SeenLayer,
  seeBadges,
  seeLayers,
  standsOn,
} from "./page/inspect";
import { servePages } from "./page/served-pages";

const portrait: SiteFile = { file: join(mediaDir, "portrait.jpg") };
const files: Record<string, SiteFile | string> = {
  "/flag-a.jpg": portrait,
  "/flag-b.jpg": portrait,
  "/plain.jpg": { file: join(mediaDir, "coffee.jpg") },
};
const flagged = "<img id=f src=/flag-a.jpg width=300 height=300>";

/** The machine may be busy: what is awaited gets more time than the usual second. */
const expect = Object.assign((value: unknown, message?: string) => expectNow(value, message), {
  poll: (read: () => unknown) => expectNow.poll(read, { timeout: 15_000 }),
});

const served = servePages(files);
const { open } = served;

const settings = (change: Record<string, unknown>) =>
  served.worker.evaluate((value) => chrome.storage.local.set({ settings: value }), change);

const layer = async (page: Page): Promise<SeenLayer | undefined> => (await seeLayers(page))[0];

async function expectOn(page: Page, selector: string): Promise<void> {
  await expect
    .poll(async () => {
      const [badge] = await seeBadges(page);
      return badge ? standsOn(badge, await page.locator(selector).boundingBox()) : "no badge";
    })
    .toBe(true);
}

test("follows its medium through scrolling, nested scrollers, resizing and transforms", async () => {
  const opened = await open(`
    <div style="height:200px"></div>
    <div id=box style="width:500px;height:400px;overflow:auto"><div style="height:300px"></div>${flagged}<div style="height:2000px"></div></div>
    <div style="height:3000px"></div>`);
  await opened.evaluate(() => document.querySelector("#box")?.scrollTo(0, 250));
  await expectBadges(opened, 1);
  await expectOn(opened, "#f");
  await opened.evaluate(() => scrollTo(0, 120));
  await expectOn(opened, "#f");
  await opened.evaluate(() => {
    const image = document.querySelector("#f") as HTMLElement;
    image.style.transform = "translate(40px, 20px) scale(0.8)";
  });
  await expectOn(opened, "#f");
  await opened.setViewportSize({ width: 700, height: 500 });
  await expectOn(opened, "#f");
  // Out of its scroller, though not out of the viewport.
  await opened.evaluate(() => document.querySelector("#box")?.scrollTo(0, 1500));
  await expectBadges(opened, 0);
  await opened.evaluate(() => document.querySelector("#box")?.scrollTo(0, 400));
  await expectBadges(opened, 1);
});

test("keeps out from under a fixed header, and off a picture that is hidden", async () => {
  const opened = await open(`
    <div style="position:fixed;inset:0 0 auto 0;height:80px;background:#ccc">header</div>
    <div style="height:20px"></div>${flagged}<div style="height:3000px"></div>`);
  const [badge] = await expectBadges(opened, 1);
  expect(badge?.y).toBeGreaterThanOrEqual(80);
  await opened.evaluate(() => {
    (document.querySelector("#f") as HTMLElement).style.visibility = "hidden";
  });
  await expectBadges(opened, 0);
});

test("does not move, size or mark anything of the page", async () => {
  const body = `<p>text</p>${flagged}<p>more</p><img src=/plain.jpg width=200 height=200>`;
  const opened = await open(body);
  const measure = () =>
    opened.evaluate(() => ({
      rects: [...document.querySelectorAll("body, body *")].map((element) =>
        JSON.stringify(element.getBoundingClientRect()),
      ),
      html: document.body.outerHTML,
      scroll: [document.documentElement.scrollWidth, document.documentElement.scrollHeight],
    }));
  const before = await measure();
  await expectBadges(opened, 1);
  await expectMedia(served.worker, opened, (media) => expect(media).toHaveLength(2));
  expect(await measure()).toEqual(before);
});

test("puts nothing into a page that has nothing flagged", async () => {
  const opened = await open("<img src=/plain.jpg width=300 height=300>");
  await expectMedia(served.worker, opened, (media) => expect(media[0]?.status).toBe("done"));
  expect(await opened.evaluate(() => document.documentElement.outerHTML)).not.toContain("popover");
});

test("opens the card with the keyboard and gives the focus back", async () => {
  const opened = await open(`<button id=b>before</button>${flagged}`);
  await expectBadges(opened, 1);
  const seen: string[] = [];
  await opened.exposeFunction("saw", (key: string) => seen.push(key));
  await opened.evaluate(() => {
    const tell = (event: Event) =>
      (window as unknown as { saw(key: string): void }).saw(
        `${event.type} ${(event as KeyboardEvent).key ?? ""}`,
      );
    for (const type of ["keydown", "click", "focusin"]) document.addEventListener(type, tell);
    (document.querySelector("#b") as HTMLElement).focus();
  });
  await opened.keyboard.press("Tab");
  await expect.poll(async () => (await layer(opened))?.focused).toMatch(/Strong signs/);
  await opened.keyboard.press("Enter");
  await expect.poll(async () => (await layer(opened))?.card?.focused).toBe(true);
  expect((await layer(opened))?.card?.text).toMatch(/What Unmask cannot know/);
  await opened.keyboard.press("Escape");
  await expect.poll(async () => (await layer(opened))?.card).toBe(null);
  expect((await layer(opened))?.focused).toMatch(/Strong signs/);
  // The page saw its own button alone.
  expect(seen.filter((event) => !event.startsWith("focusin"))).toEqual(["keydown Tab"]);
});

test("opens the card with a click, closes it with one elsewhere, and stays in the viewport", async () => {
  const opened = await open(`<div style="margin:500px 0 0 980px">${flagged}</div>`);
  const [badge] = await expectBadges(opened, 1);
  if (!badge) throw new Error("no badge");
  await opened.mouse.click(badge.x + 10, badge.y + 10);
  await expect.poll(async () => (await layer(opened))?.card?.focused).toBe(true);
  const card = (await layer(opened))?.card;
  const viewport = opened.viewportSize();
  if (!card || !viewport) throw new Error("no card");
  expect(card.x).toBeGreaterThanOrEqual(0);
  expect(card.y).toBeGreaterThanOrEqual(0);
  expect(card.x + card.width).toBeLessThanOrEqual(viewport.width);
  expect(card.y + card.height).toBeLessThanOrEqual(viewport.height);
  await opened.mouse.click(20, 20);
  await expect.poll(async () => (await layer(opened))?.card).toBe(null);
});

test("opens the card of any medium for the popup, and takes its badge away again", async () => {
  const opened = await open(
    `<div style="height:3000px"></div><img id=p src=/plain.jpg width=300 height=300>`,
  );
  await opened.locator("#p").scrollIntoViewIfNeeded();
  await expectMedia(served.worker, opened, (media) => expect(media[0]?.status).toBe("done"));
  await opened.evaluate(() => scrollTo(0, 0));
  const id = (await pageState(served.worker, opened.url()))?.media[0]?.id;
  await served.worker.evaluate(
    async ([url, medium]) => {
      const [tab] = await chrome.tabs.query({ url });
      if (tab?.id) await chrome.tabs.sendMessage(tab.id, { type: "show-media", id: medium });
    },
    [opened.url(), id],
  );
  await expect.poll(async () => (await layer(opened))?.card?.text).toMatch(/No signs found/);
  await expect.poll(() => opened.evaluate(() => scrollY)).toBeGreaterThan(2000);
  await opened.keyboard.press("Escape");
  await expect.poll(() => seeLayers(opened)).toEqual([]);
});

test("shows badges on everything when asked, and on flagged media alone again", async () => {
  const opened = await open(`${flagged}<img src=/plain.jpg width=300 height=300>`);
  await expectBadges(opened, 1);
  await settings({ showAllBadges: true });
  const badges = await expectBadges(opened, 2);
  expect(badges.map(({ text }) => text).sort()).toEqual(["No signs found", "Strong signs"]);
  await settings({ showAllBadges: false });
  await expectBadges(opened, 1);
  await settings({});
});

test("goes when it is switched off, and comes back, without a reload", async () => {
  const opened = await open(flagged);
  await expectBadges(opened, 1);
  await settings({ disabledSites: ["127.0.0.1"] });
  await expect.poll(() => seeLayers(opened)).toEqual([]);
  await expectMedia(served.worker, opened, (media) => expect(media).toEqual([]));
  const toolbar = () =>
    served.worker.evaluate(async (url) => {
      const [tab] = await chrome.tabs.query({ url });
      const details = { tabId: tab?.id };
      return [await chrome.action.getBadgeText(details), await chrome.action.getTitle(details)];
    }, opened.url());
  await expect.poll(toolbar).toEqual(["off", "Unmask is off on 127.0.0.1"]);
  // Nothing that comes now is looked at.
  await opened.evaluate(() => {
    document.body.insertAdjacentHTML("beforeend", '<img src="/flag-b.jpg" width=200 height=200>');
  });
  await settings({ enabled: false });
  await expect.poll(toolbar).toEqual(["off", "Unmask is switched off"]);
  await settings({});
  await expectBadges(opened, 2);
  await expect
    .poll(toolbar)
    .toEqual(["2", "Unmask: signs of manipulation in 2 pictures on this page"]);
  await settings({ scanImages: false });
  await expectBadges(opened, 0);
  await settings({});
});

test("comes back when the page removes, hides, restyles or demotes it", async () => {
  const opened = await open(flagged);
  await expectBadges(opened, 1);
  const attack = (code: string) =>
    opened.evaluate((body) => {
      const host = document.querySelector("html > [popover]") as HTMLElement;
      new Function("host", body)(host);
    }, code);
  for (const code of [
    "host.remove()",
    "host.hidePopover()",
    "host.style.cssText = 'display:none!important;opacity:0!important;transform:scale(0)!important'",
    "host.hidden = true; host.inert = true",
    "host.removeAttribute('popover')",
    "host.className = 'x'; document.head.insertAdjacentHTML('beforeend', '<style>*{visibility:hidden!important} .x{left:-999px!important;content-visibility:hidden!important}#f{visibility:visible!important}</style>')",
  ]) {
    await attack(code);
    await expect
      .poll(async () => {
        const seen = await layer(opened);
        const attributes = await opened.evaluate(() =>
          document.querySelector("html > [popover]")?.getAttributeNames(),
        );
        return { shown: seen?.badges.length, top: seen?.inTopLayer, attributes };
      })
      .toEqual({ shown: 1, top: true, attributes: ["popover"] });
    await expectOn(opened, "#f");
    const [badge] = await seeBadges(opened);
    const visible = await opened.evaluate(
      ([x, y]) => document.elementFromPoint(x ?? 0, y ?? 0)?.hasAttribute("popover"),
      [(badge?.x ?? 0) + 10, (badge?.y ?? 0) + 10],
    );
    expect(visible, code).toBe(true);
  }
});

test("stands right on a page whose root is zoomed", async () => {
  const opened = await open(`<style>html{zoom:1.5}</style>${flagged}`);
  await expectOn(opened, "#f");
  const [badge] = await seeBadges(opened);
  expect(badge?.height).toBeCloseTo(28, 0);
});

test("does not answer a page that clicks, and cannot be looked into", async () => {
  const opened = await open(flagged);
  await expectBadges(opened, 1);
  const root = await opened.evaluate(() => {
    const host = document.querySelector("html > [popover]") as HTMLElement;
    host.click();
    host.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    return host.shadowRoot;
  });
  expect(root).toBe(null);
  expect((await layer(opened))?.card).toBe(null);
});

test("stays on top of full screen, and usable in a modal dialog", async () => {
  const opened = await open(`
    <div id=full>${flagged}</div>
    <dialog id=d style="width:500px;height:500px"><img id=g src=/flag-b.jpg width=250 height=250></dialog>`);
  await expectBadges(opened, 1);
  const onTop = async () => {
    const [badge] = await seeBadges(opened);
    if (!badge) return false;
    return opened.evaluate(
      ([x, y]) => document.elementFromPoint(x ?? 0, y ?? 0)?.hasAttribute("popover") ?? false,
      [badge.x + 10, badge.y + 10],
    );
  };
  await opened.evaluate(() => {
    const full = document.querySelector("#full");
    addEventListener("click", () => full?.requestFullscreen(), { once: true });
  });
  await opened.mouse.click(600, 600);
  await expect.poll(() => opened.evaluate(() => document.fullscreenElement?.id)).toBe("full");
  await expect.poll(onTop).toBe(true);
  await expectOn(opened, "#f");
  await opened.evaluate(() => document.exitFullscreen());
  await opened.evaluate(() => (document.querySelector("#d") as HTMLDialogElement).showModal());
  // The picture behind the dialog has none while the dialog is open.
  await expectOn(opened, "#g");
  const [inDialog] = await expectBadges(opened, 1);
  if (!inDialog) throw new Error("no badge in the dialog");
  await opened.mouse.click(inDialog.x + 10, inDialog.y + 10);
  await expect.poll(async () => (await layer(opened))?.card?.focused).toBe(true);
  await opened.keyboard.press("Escape");
  await expect.poll(async () => (await layer(opened))?.card).toBe(null);
  expect(
    await opened.evaluate(() => (document.querySelector("#d") as HTMLDialogElement).open),
  ).toBe(true);
  await opened.keyboard.press("Escape");
  await expectBadges(opened, 1);
  await expectOn(opened, "#f");
});

test("cleans up when the extension goes away", async () => {
  const opened = await open(flagged);
  await expectBadges(opened, 1);
  const hosts = () => opened.evaluate(() => document.querySelectorAll("[popover]").length);
  expect(await hosts()).toBe(1);
  await served.worker.evaluate(() => setTimeout(() => chrome.runtime.reload(), 50));
  await expect.poll(hosts).toBe(0);
});

/** The workbench's list in the production build: a thousand media, filters, keys, and no jumps. */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect as expectNow, test } from "vitest";
import type { LaunchedBrowser } from "../../cli/browser";
import type { PageState } from "../../entrypoints/shared/messages";
import { medium } from "../fixtures/medium";
import { type Site, startSite } from "./harness";
import { type OpenPanel, openPanel } from "./panel/panel";
import { violations } from "./surfaces/accessibility";
import { launchWithoutPages, nextStatePainted } from "./surfaces/popup";

/** The machine may be busy: what is awaited gets more time than the usual second. */
const expect = Object.assign((value: unknown) => expectNow(value), {
  poll: (read: () => unknown) => expectNow.poll(read, { timeout: 15_000 }),
});

/** One grey pixel. */
const thumbnail =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

type Media = PageState["media"];

/** As many as a tab may have: 10 flagged, 40 unclear, 700 without signs, the rest without a result. */
const thousand: Media = Array.from({ length: 1000 }, (_, index) => {
  const id = `m${String(index).padStart(4, "0")}`;
  const url = `https://cdn.example/feed/${id}.jpg`;
  if (index < 10)
    return medium(id, { url, level: "strong", score: 0.99 - index / 1000, thumbnail });
  if (index < 50) return medium(id, { url, level: "unsure", score: 0.5 - index / 1000, thumbnail });
  if (index < 750) return medium(id, { url, level: "no-sign", score: 0.2 - index / 10_000 });
  if (index < 850) return medium(id, { url, reason: "no-face", faces: 0 });
  if (index < 900) return medium(id, { url, reason: "too-small" });
  if (index < 950)
    return medium(id, { url, reason: "unreadable", detail: "the server answered 404" });
  return medium(id, { url, status: "waiting" });
});

let site: Site;
beforeAll(async () => {
  site = await startSite({ files: { "/": "<!doctype html><title>A page</title><p>No pictures." } });
});
afterAll(() => site.close());

/** What the list shows, top to bottom, headings in brackets. */
const shownRows = (panel: Page) =>
  panel.locator(".rows").evaluate((list) => {
    const frame = list.getBoundingClientRect();
    return [...list.querySelectorAll("li")]
      .map((row) => ({ row, box: row.getBoundingClientRect() }))
      .filter(({ box }) => box.bottom > frame.top + 1 && box.top < frame.bottom - 1)
      .toSorted((a, b) => a.box.top - b.box.top)
      .map(({ row, box }) => ({
        text: row.querySelector("h2")
          ? `[${row.textContent}]`
          : (/m\d{4}|new\d*/.exec(row.textContent ?? "")?.[0] ?? ""),
        y: Math.round(box.top - frame.top),
      }));
  });

describe.each([
  ["light", 320],
  ["dark", 380],
  ["light", 1280],
] as const)("in %s at %d px", (colorScheme, width) => {
  let browser: LaunchedBrowser;
  beforeAll(async () => {
    browser = await launchWithoutPages({ colorScheme });
  });
  afterAll(() => browser.close());

  test("has no barrier, and nothing sticks out", async () => {
    const open = await openPanel(browser, `${site.origin}/`, { width, state: { media: thousand } });
    const { panel } = open;
    await panel.getByRole("button", { name: /m0000/ }).waitFor();
    const overflow = () =>
      panel.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
    for (const section of ["This page", "Check a file"]) {
      await panel.getByRole("button", { name: section }).click();
      expect(await violations(panel)).toEqual([]);
      expect(await overflow()).toBeLessThanOrEqual(0);
    }
    await open.close();
  });
});

describe("in use", () => {
  let browser: LaunchedBrowser;
  let open: OpenPanel;
  beforeAll(async () => {
    browser = await launchWithoutPages();
  });
  afterEach(() => open.close());
  afterAll(() => browser.close());

  const openList = async (media: Media = thousand) => {
    open = await openPanel(browser, `${site.origin}/`, { state: { media } });
    await open.panel.getByRole("button", { name: /m0000/ }).waitFor();
    return open;
  };

  test("draws only what is in sight, strongest first, and tells how many there are", async () => {
    const { panel } = await openList();
    expect((await shownRows(panel)).slice(0, 3).map(({ text }) => text)).toEqual([
      "[Flagged 10]",
      "m0000",
      "m0001",
    ]);
    expect(await panel.locator(".rows li").count()).toBeLessThan(40);
    const first = panel.getByRole("listitem").filter({ hasText: "m0000" });
    expect(await first.getAttribute("aria-setsize")).toBe("1000");
    await panel.locator(".rows").evaluate((list) => list.scrollTo(0, list.scrollHeight));
    await panel.getByRole("button", { name: /m0849/ }).waitFor();
    expect(await panel.locator(".rows li").count()).toBeLessThan(40);
  });

  test("takes up a new state of a thousand quickly", async () => {
    const { panel, report } = await openList();
    const painted = nextStatePainted(panel);
    await report({ media: [...thousand, medium("new", { level: "strong" })] });
    const tookMs = await painted;
    console.log(`1000 media: ${Math.round(tookMs)} ms from a report to the next frame`);
    expect(tookMs).toBeLessThan(2000);
  });

  test("filters by outcome and says why others have none", async () => {
    const { panel } = await openList();
    await panel.getByRole("radio", { name: "Flagged 10" }).check();
    await panel.getByText("10 entries shown").waitFor({ state: "attached" });
    expect(await panel.locator(".rows .entry").count()).toBe(10);
    await panel.getByRole("radio", { name: "Not checked 250" }).check();
    await expect.poll(async () => (await shownRows(panel))[0]?.text).toBe("[Not looked at yet 50]");
    await panel.locator(".rows").evaluate((list) => list.scrollTo(0, 50 * 64 + 34));
    await expect.poll(async () => (await shownRows(panel))[0]?.text).toBe("[Could not be read 50]");
    await panel.getByText("the server answered 404").first().waitFor();
  });

  test("searches addresses for all words", async () => {
    const { panel } = await openList();
    const search = panel.getByRole("searchbox", { name: "Search addresses" });
    await search.fill("FEED m001");
    await panel.getByText("10 entries shown").waitFor({ state: "attached" });
    await search.fill("nothing of the kind");
    await panel.getByText("No address holds these words.").waitFor();
  });

  test("can be walked through with the keyboard alone", async () => {
    const { panel } = await openList();
    const focused = () =>
      panel.evaluate(() => /m\d{4}/.exec(document.activeElement?.textContent ?? "")?.[0] ?? "");
    await panel.getByRole("searchbox").focus();
    await panel.keyboard.press("Tab");
    expect(await focused()).toBe("m0000");
    await panel.keyboard.press("ArrowDown");
    await expect.poll(focused).toBe("m0001");
    await panel.keyboard.press("End");
    await expect.poll(focused).toBe("m0849");
    await panel.keyboard.press("ArrowUp");
    await expect.poll(focused).toBe("m0848");
    await panel.keyboard.press("Home");
    await expect.poll(focused).toBe("m0000");
    expect((await shownRows(panel))[0]?.text).toBe("[Flagged 10]");
  });

  test("keeps what is in sight in place while results stream in above", async () => {
    const { panel, report } = await openList();
    await panel.mouse.move(5, 5);
    await panel.locator(".rows").evaluate((list) => list.scrollTo(0, 5000));
    await expect.poll(async () => (await shownRows(panel))[0]?.text).toMatch(/^m00[67]/);
    const before = await shownRows(panel);
    const more = Array.from({ length: 7 }, (_, index) =>
      medium(`new${index}`, { level: "strong", score: 0.9995 }),
    );
    await report({ media: [...more, ...thousand] });
    await panel.getByRole("radio", { name: "Flagged 17" }).waitFor();
    expect(await shownRows(panel)).toEqual(before);
  });

  test("moves no row under the pointer, until asked to", async () => {
    const { panel, report } = await openList();
    await panel.getByRole("button", { name: /m0002/ }).hover();
    const before = await shownRows(panel);
    const risen = thousand.map((one) =>
      one.id === "m0300" ? { ...one, level: "strong" as const, score: 0.9999 } : one,
    );
    await report({ media: [...risen, medium("new0", { level: "strong", score: 1 })] });
    const update = panel.getByRole("button", { name: "Update the list: 2 changes" });
    await update.waitFor();
    expect((await shownRows(panel)).map(({ y }) => y)).toEqual(before.map(({ y }) => y));
    expect((await shownRows(panel)).at(1)?.text).toBe("m0000");
    await update.click();
    await expect.poll(async () => (await shownRows(panel)).at(1)?.text).toBe("new0");
    expect((await shownRows(panel)).at(2)?.text).toBe("m0300");
  });

  test("keeps focus and selection when the order changes", async () => {
    const { panel, report } = await openList();
    await panel.getByRole("button", { name: /m0004/ }).focus();
    // Nobody is at a window that has lost the focus; the order is free.
    await panel.evaluate(() => window.dispatchEvent(new Event("blur")));
    await report({ media: [medium("new0", { level: "strong", score: 1 }), ...thousand] });
    await panel.getByRole("button", { name: /new0/ }).waitFor();
    expect(await panel.evaluate(() => document.activeElement?.textContent)).toContain("m0004");
  });

  test("says in words that the tab is closed", async () => {
    const { panel, page } = await openList();
    await page.close();
    await panel.getByText("This tab is closed").waitFor();
  });
});

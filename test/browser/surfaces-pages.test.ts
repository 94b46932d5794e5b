/** Settings and welcome page of the production build: complete, accessible, from 320 px on. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect as expectNow, test } from "vitest";
import { copyExtension, launchBrowser } from "./harness";
import { violations } from "./surfaces/accessibility";

/** The machine may be busy: what is awaited gets more time than the usual second. */
const expect = Object.assign((value: unknown) => expectNow(value), {
  poll: (read: () => unknown) => expectNow.poll(read, { timeout: 15_000 }),
});

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

async function openPage(browser: Browser, path: string, width = 1100) {
  const page = await browser.context.newPage();
  const errors: string[] = [];
  page.on("console", (message) => message.type() === "error" && errors.push(message.text()));
  page.on("pageerror", (error) => errors.push(error.message));
  await page.setViewportSize({ width, height: 900 });
  await page.goto(browser.extensionUrl(path));
  await page.getByRole("heading", { level: 1 }).waitFor();
  return { page, errors };
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  let browser: Browser;
  beforeAll(async () => {
    const settings = { disabledSites: ["a-long-name.with.many.labels.and.even.more.example.org"] };
    browser = await launchBrowser({ colorScheme, settings });
  });
  afterAll(() => browser.close());

  test.each(["options.html", "welcome.html"])("%s has no barrier and no error", async (path) => {
    for (const width of [1100, 320]) {
      const { page, errors } = await openPage(browser, path, width);
      await page.locator("section").last().waitFor();
      expect(await violations(page)).toEqual([]);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      expect(errors).toEqual([]);
      await page.close();
    }
  });
});

describe("settings", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser({ settings: { disabledSites: ["b.example", "a.example"] } });
  });
  afterAll(() => browser.close());
  const stored = () =>
    browser.worker.evaluate(async () => (await chrome.storage.local.get("settings")).settings);

  test("are kept as they are changed", async () => {
    const { page } = await openPage(browser, "options.html");
    await page.getByRole("switch", { name: "Pictures" }).click();
    await expect.poll(stored).toMatchObject({ scanImages: false, scanVideos: true });
    await page.getByRole("radio", { name: /everything/ }).click();
    await expect.poll(stored).toMatchObject({ showAllBadges: true });
    await page.getByRole("switch", { name: "Check the pages I visit" }).click();
    await expect.poll(stored).toMatchObject({ enabled: false });
    expect(await page.getByRole("switch", { name: "Pictures" }).isDisabled()).toBe(true);
    await page.close();
  });

  test("give a site back", async () => {
    const { page } = await openPage(browser, "options.html");
    await page.getByRole("button", { name: "Remove a.example" }).click();
    await expect.poll(stored).toMatchObject({ disabledSites: ["b.example"] });
    await page.close();
  });

  test("follow a change made elsewhere", async () => {
    const { page } = await openPage(browser, "options.html");
    await browser.worker.evaluate(() =>
      chrome.storage.local.set({ settings: { disabledSites: ["new.example"] } }),
    );
    await page.getByText("new.example").waitFor();
    await page.close();
  });

  test("name the model as its card does", async () => {
    const { page } = await openPage(browser, "options.html");
    const { name, version } = await page.evaluate(
      async () => (await (await fetch("/student/card.json")).json()) as Record<string, string>,
    );
    await page.getByText(`${name} ${version} of `).waitFor();
    await page.close();
  });
});

test("settings stay usable with a damaged model card", async () => {
  const extensionDir = await copyExtension(async (dir) => {
    const card = join(dir, "student", "card.json");
    await writeFile(card, (await readFile(card, "utf8")).slice(0, 100));
  });
  const browser = await launchBrowser({ extensionDir });
  try {
    const { page } = await openPage(browser, "options.html");
    await page.getByRole("alert").getByText("could not be read").waitFor();
    expect(await page.getByRole("switch").count()).toBe(3);
  } finally {
    await browser.close();
  }
});

test("the welcome page opens once, after the installation", async () => {
  const browser = await launchBrowser();
  try {
    const welcome = browser.extensionUrl("welcome.html");
    await expect.poll(() => browser.context.pages().map((page) => page.url())).toContain(welcome);
    expect(browser.context.pages().filter((page) => page.url() === welcome)).toHaveLength(1);
  } finally {
    await browser.close();
  }
});

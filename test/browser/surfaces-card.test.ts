/** The card in a page that forbids pictures and styles everything: still itself, still accessible. */
import { join } from "node:path";
import preact from "@preact/preset-vite";
import { type Browser, chromium, type Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect as expectNow, test } from "vitest";
import { findBrowser } from "../../cli/find-browser.mjs";
import { type Site, startSite } from "./harness";
import { violations } from "./surfaces/accessibility";

/** The machine may be busy: what is awaited gets more time than the usual second. */
const expect = Object.assign((value: unknown) => expectNow(value), {
  poll: (read: () => unknown) => expectNow.poll(read, { timeout: 15_000 }),
});

const hostileCss = `
  * { --ink: lime; --surface: lime; --level: lime; --font: fantasy; }
  html { font: italic 40px/3 fantasy; letter-spacing: 9px; text-transform: uppercase; direction: rtl; }
  main { display: grid; gap: 24px; }
`;

/** What the page may load: its own script and style, and no picture at all. */
const policy = "default-src 'none'; script-src 'self'; style-src 'self'";

let site: Site;
let browser: Browser;

async function bundle(): Promise<string> {
  const output = await build({
    configFile: false,
    logLevel: "error",
    plugins: [preact()],
    build: {
      write: false,
      target: "chrome148",
      rolldownOptions: { input: join(import.meta.dirname, "surfaces/card-page.tsx") },
    },
  });
  const [bundled] = [output].flat() as { output: { type: string; code?: string }[] }[];
  const code = bundled?.output.find(({ type }) => type === "chunk")?.code;
  if (!code) throw new Error("no bundle");
  return code;
}

beforeAll(async () => {
  site = await startSite({
    files: {
      "/": `<!doctype html><html lang="en"><title>Cards</title>
        <link rel="stylesheet" href="/page.css"><main><h1>Cards</h1></main>
        <script type="module" src="/page.js"></script>`,
      "/page.css": hostileCss,
      "/page.js": await bundle(),
    },
    headers: { "content-security-policy": policy },
  });
  const { path } = findBrowser();
  browser = await chromium.launch({ executablePath: path ?? undefined });
});
afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function openCards(colorScheme: "light" | "dark", width = 800): Promise<Page> {
  const page = await browser.newPage({ colorScheme, viewport: { width, height: 700 } });
  page.setDefaultTimeout(10_000);
  await page.goto(site.origin);
  await page.locator("#clip").getByRole("dialog").waitFor();
  return page;
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each([800, 320])("has no barrier at %i px", async (width) => {
    const page = await openCards(colorScheme, width);
    expect(await violations(page)).toEqual([]);
    const sizes = await page
      .getByRole("dialog")
      .evaluateAll((cards) => cards.map((card) => [card.clientWidth, card.clientHeight]));
    for (const [cardWidth = 0, cardHeight = 0] of sizes) {
      expect(cardWidth).toBeLessThanOrEqual(width - 16);
      expect(cardHeight).toBeLessThanOrEqual(700 - 16);
    }
    await page.close();
  });
});

test("takes no style from the page", async () => {
  const page = await openCards("light");
  const style = await page
    .locator("#strong")
    .getByRole("heading", { level: 2 })
    .evaluate((heading) => {
      const { color, fontStyle, letterSpacing, textTransform, direction } =
        getComputedStyle(heading);
      return { color, fontStyle, letterSpacing, textTransform, direction };
    });
  expect(style).toEqual({
    color: "rgb(23, 32, 42)",
    fontStyle: "normal",
    letterSpacing: "normal",
    textTransform: "none",
    direction: "ltr",
  });
  await page.close();
});

/** Colour in the middle of a card's first face. */
function faceColour(page: Page, id: string): Promise<number[]> {
  return page
    .locator(`#${id} canvas`)
    .first()
    .evaluate((canvas: HTMLCanvasElement) => {
      const { width, height } = canvas;
      const middle = canvas.getContext("2d")?.getImageData(width / 2, height / 2, 1, 1).data;
      return Array.from(middle ?? []);
    });
}

test("draws faces where the page allows no pictures, and where their signs are", async () => {
  const page = await openCards("light");
  await expect.poll(() => faceColour(page, "strong")).toEqual([200, 160, 130, 255]);
  await page.locator("#strong").getByLabel("Colour where the signs are").click();
  // Towards magenta: less green, more blue.
  await expect.poll(async () => (await faceColour(page, "strong"))[1]).toBeLessThan(100);
  await page.close();
});

test("leads the keyboard from top to bottom", async () => {
  const page = await openCards("light");
  await page.locator("#strong").getByRole("dialog").focus();
  const focused = () =>
    page.evaluate(() => {
      const inner = document.activeElement?.shadowRoot?.activeElement;
      return inner?.getAttribute("aria-label") ?? (inner?.closest("label") ?? inner)?.textContent;
    });
  const order: unknown[] = [];
  for (let step = 0; step < 4; step += 1) {
    await page.keyboard.press("Tab");
    order.push(await focused());
  }
  expect(order).toEqual([
    "Close",
    "Colour where the signs are",
    "How this works",
    "Turn off on news.example",
  ]);
  await page.keyboard.press("Enter");
  expect(await page.title()).toBe("off strong");
  await page.close();
});

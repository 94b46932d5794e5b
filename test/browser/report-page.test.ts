/** The HTML report in a browser: it runs nothing, asks for nothing, and prints. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findBrowser } from "../../cli/find-browser.mjs";
import { htmlReport } from "../../entrypoints/shared/report/html";
import { type Report, reportHead } from "../../entrypoints/shared/report/report";
import { hostileCase } from "../fixtures/hostile-case";
import { violations } from "./surfaces/accessibility";

let server: Server;
let browser: Browser;
let body = "";
let address = "";
/** Paths that were asked for. The browser tells of requests that a policy then stops, too. */
const served: string[] = [];
const report: Report = { ...reportHead("Unmask 0.1.0"), cases: [hostileCase(), hostileCase()] };

beforeAll(async () => {
  body = (await htmlReport(report)).join("");
  server = createServer(({ url = "" }, response) => {
    if (url !== "/favicon.ico") served.push(url);
    response.setHeader("content-type", "text/html; charset=utf-8");
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { path, problem } = findBrowser();
  if (!path) throw new Error(problem ?? "no browser");
  browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox"] });
});
afterAll(async () => {
  await browser.close();
  await new Promise((resolve) => server.close(resolve));
});

/** The report, and every address that it asked for. */
async function open(options: Parameters<Browser["newPage"]>[0] = {}) {
  const page = await browser.newPage(options);
  const asked: string[] = [];
  const said: string[] = [];
  page.on("request", (request) => asked.push(request.url().slice(0, 80)));
  page.on("console", (message) => said.push(message.text()));
  page.on("dialog", () => said.push("a dialog"));
  await page.goto(address);
  return { page, asked, said };
}

const sideways = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

describe("a report full of hostile text", () => {
  test("runs no script, asks for nothing, and breaks no rule of its own", async () => {
    const { page, asked, said } = await open();
    expect(asked.filter((url) => !url.startsWith("data:image/png"))).toEqual([address]);
    expect(said).toEqual([]);
    expect(await page.title()).toMatch(/^Unmask report \d{4}/);
    const elements = await page.evaluate(() => [
      ...new Set([...document.querySelectorAll("*")].map(({ localName }) => localName)),
    ]);
    for (const name of ["script", "iframe", "object", "b ", "i", "base", "link", "form"]) {
      expect([name, elements.includes(name)]).toEqual([name, false]);
    }
    const links = await page.$$eval("a", (all) => all.map(({ protocol }) => protocol));
    expect(links.every((protocol) => ["http:", "https:"].includes(protocol))).toBe(true);
    // The style applies, so the policy lets exactly it through.
    expect(await page.$eval("body", (element) => getComputedStyle(element).maxWidth)).toBe("960px");
    await page.close();
  });

  test("would not run one even if it had one, nor fetch a picture", async () => {
    const whole = body;
    const inserted = `<script>document.title="run"</script><img alt="" src="${address}leak.png">`;
    body = body.replace("</main>", `${inserted}</main>`);
    served.length = 0;
    try {
      const { page } = await open();
      expect(await page.title()).not.toBe("run");
      expect(served).toEqual(["/"]);
      await page.close();
    } finally {
      body = whole;
    }
  });

  test.each([
    ["light", 1000],
    ["light", 320],
    ["dark", 320],
  ] as const)("can be read in %s at %d px", async (colorScheme, width) => {
    const { page } = await open({ colorScheme, viewport: { width, height: 800 } });
    expect(await sideways(page)).toBe(0);
    expect(await violations(page)).toEqual([]);
    await page.close();
  });

  test.each(["A4", "Letter"])("prints on %s", async (format) => {
    const { page } = await open();
    await page.emulateMedia({ media: "print" });
    const pdf = await page.pdf({ format });
    expect(pdf.subarray(0, 5).toString()).toBe("%PDF-");
    // Two cases on pages of their own, besides the overview and the end.
    const pages = pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)?.length ?? 0;
    expect(pages).toBeGreaterThanOrEqual(4);
    await page.close();
  });
});

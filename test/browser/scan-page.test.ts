/** The scan page as a person uses it. */
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { LaunchedBrowser } from "../../cli/browser";
import { launchBrowser, mediaDir } from "./harness";

let browser: LaunchedBrowser;
let page: Page;
beforeAll(async () => {
  browser = await launchBrowser();
  page = await browser.context.newPage();
  await page.goto(browser.extensionUrl("scan.html?backend=wasm"));
});
afterAll(() => browser.close());

const row = (name: string) => page.getByRole("row").filter({ hasText: name });

test("checks chosen files and says what is wrong with bad ones", async () => {
  const names = ["astronaut.jpg", "cat.jpg", "empty.jpg"];
  await page.getByLabel("choose them").setInputFiles(names.map((name) => join(mediaDir, name)));
  await page.getByText("Checked 3 files.").waitFor();
  expect(await row("cat.jpg").innerText()).toContain("No face found");
  expect(await row("empty.jpg").innerText()).toMatch(/Could not be read\s+\S/);
  expect(await row("astronaut.jpg").getByRole("cell").nth(2).innerText()).toBe("1");
});

test("checks dropped files", async () => {
  const dropped = await page.evaluateHandle(() => {
    const transfer = new DataTransfer();
    transfer.items.add(new File(["words"], "notes.txt", { type: "text/plain" }));
    return transfer;
  });
  await page.locator(".drop").dispatchEvent("drop", { dataTransfer: dropped });
  await page.getByText("Checked 4 files.").waitFor();
  expect(await row("notes.txt").innerText()).toContain("neither a picture nor a video");
});

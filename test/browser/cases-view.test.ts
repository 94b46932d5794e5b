/** Cases and history in the built extension: the flow by keyboard, axe, ten thousand entries. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { unzipSync } from "fflate";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jsonReport } from "../../entrypoints/shared/report/json";
import { parseReport, reportHead } from "../../entrypoints/shared/report/report";
import { hostileCase } from "../fixtures/hostile-case";
import { mediaDir } from "./harness";
import { violations } from "./surfaces/accessibility";
import { launchWithoutPages } from "./surfaces/popup";

let browser: Awaited<ReturnType<typeof launchWithoutPages>>;
const sample = join(import.meta.dirname, "..", "..", "docs", "sample-report.json");

beforeAll(async () => {
  browser = await launchWithoutPages();
});
afterAll(() => browser.close());

async function openCases(width = 320): Promise<Page> {
  const page = await browser.context.newPage();
  page.setDefaultTimeout(20_000);
  await page.setViewportSize({ width, height: 760 });
  await page.goto(browser.extensionUrl("cases.html"));
  await page.getByRole("button", { name: "New case" }).waitFor();
  return page;
}

async function importReport(page: Page, file: string | { name: string; buffer: Buffer }) {
  const given = typeof file === "string" ? file : { ...file, mimeType: "application/json" };
  await page.getByLabel("Report to import").setInputFiles(given);
  await page.getByText(/cases? read in/).waitFor();
}

/** Text of a download that a click begins. */
async function downloaded(
  page: Page,
  button: string | RegExp,
): Promise<{ name: string; bytes: Buffer }> {
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: button }).click(),
  ]);
  return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
}

const noSidewaysScroll = (page: Page) =>
  page.evaluate(() => document.documentElement.scrollWidth <= innerWidth);

describe("a case", () => {
  let page: Page;
  beforeAll(async () => {
    page = await openCases();
  });
  afterAll(() => page.close());

  test("begins, is read in and is found again, by keyboard alone", async () => {
    await page.getByPlaceholder("Title of a new case").focus();
    await page.keyboard.type("Made by hand");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing in this case yet").waitFor();
    expect(await violations(page)).toEqual([]);
    // Back, and the focus is on the case one came from.
    await page.getByRole("button", { name: "All cases" }).focus();
    await page.keyboard.press("Enter");
    const entry = page.getByRole("button", { name: /Made by hand/ });
    await expect
      .poll(() => entry.evaluate((button) => button === document.activeElement))
      .toBe(true);

    await importReport(page, sample);
    expect(await page.getByRole("list", { name: "Cases" }).getByRole("listitem").count()).toBe(2);
    expect(await violations(page)).toEqual([]);
    await page.getByRole("searchbox").fill("collins");
    await page.getByText("1 result found").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: /astronaut\.jpg/ }).focus();
    await page.keyboard.press("Enter");
    await page
      .getByRole("heading", { name: /astronaut\.jpg/ })
      .first()
      .waitFor();
    expect(await noSidewaysScroll(page)).toBe(true);
  });

  test("keeps the reviewer's call, notes and tags beside the tool's result", async () => {
    const call = page.getByRole("radio", { name: "Cannot tell" });
    await page.getByRole("radio", { name: "Genuine" }).focus();
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    await expect.poll(() => call.isChecked()).toBe(true);
    await page.getByLabel("Notes", { exact: true }).fill("A note with a ‮trick and <b>tags</b>");
    await page.getByLabel("Tags").fill("one, two, , one");
    await page.getByLabel("Tags").blur();
    await page.getByRole("button", { name: "Media of the case" }).click();
    const entry = page.getByRole("button", { name: /swap-astronaut|astronaut/ }).first();
    await expect.poll(() => entry.innerText()).toContain("cannot tell");
    expect(await entry.innerText()).toContain("two");
    expect(await violations(page)).toEqual([]);
    await page.reload();
    await page.getByRole("searchbox").fill("trick");
    await page.getByText("1 result found").waitFor();
    await page.getByRole("button", { name: /astronaut\.jpg/ }).click();
    expect(await page.getByLabel("Notes", { exact: true }).inputValue()).toContain("<b>tags</b>");
    expect(await page.getByLabel("Tags").inputValue()).toBe("one, two");
    expect(await violations(page)).toEqual([]);
  });

  test("gives back what was deleted", async () => {
    await page.getByRole("button", { name: "Delete from case" }).click();
    await page.getByText(/5 media/).waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText(/6 media/).waitFor();
    await page.getByRole("button", { name: "Delete case" }).click();
    await page.getByText("Deleted “Sample").waitFor();
    await expect.poll(() => page.getByRole("button", { name: /^Sample/ }).count()).toBe(0);
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByRole("button", { name: /^Sample.*6 media/ }).click();
    await page.getByRole("heading", { name: /^Sample/ }).waitFor();
  });

  test("is saved as a report in every form, and read back", async () => {
    const html = await downloaded(page, /Save HTML report on this case/);
    expect(html.name).toMatch(/^unmask-sample.*\.html$/);
    expect(html.bytes.toString()).toContain("A note with a ⟨U+202E⟩trick and &lt;b&gt;");
    const csv = await downloaded(page, /Save CSV report on this case/);
    expect(csv.bytes.toString()).toContain("swap.mp4");
    const json = await downloaded(page, /Save JSON report on this case/);
    const report = parseReport(json.bytes.toString());
    expect(report.cases[0]?.items).toHaveLength(6);
    await page.getByRole("button", { name: "All cases" }).click();
    await importReport(page, { name: json.name, buffer: json.bytes });
    expect(await page.getByRole("button", { name: /^Sample/ }).count()).toBe(2);
  });

  test("says what is wrong with a file that is no report, and changes nothing", async () => {
    const before = await page.getByRole("list", { name: "Cases" }).getByRole("listitem").count();
    const buffer = Buffer.from("{}");
    await page
      .getByLabel("Report to import")
      .setInputFiles({ name: "a.json", mimeType: "application/json", buffer });
    await page.getByRole("alert").getByText("not a report of Unmask").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Close" }).click();
    expect(await page.getByRole("list", { name: "Cases" }).getByRole("listitem").count()).toBe(
      before,
    );
  });

  test("shows a hostile one as text", async () => {
    const report = { ...reportHead("test"), cases: [hostileCase()] };
    await importReport(page, { name: "h.json", buffer: Buffer.from(jsonReport(report).join("")) });
    await page.getByRole("button", { name: /<script>/ }).click();
    await page.getByRole("list", { name: "Media of this case" }).waitFor();
    for (const index of [0, 1]) {
      await page
        .getByRole("list", { name: "Media of this case" })
        .getByRole("button")
        .nth(index)
        .click();
      await page.getByRole("button", { name: "Media of the case" }).click();
    }
    expect(await page.title()).toBe("Cases · Unmask");
    expect(await noSidewaysScroll(page)).toBe(true);
  });
});

test("at full width a medium stands beside the list", async () => {
  const page = await openCases(1280);
  await page
    .getByRole("button", { name: /^Sample/ })
    .first()
    .click();
  await page.getByRole("button", { name: /swap\.mp4/ }).click();
  await page.getByText("Your own call").waitFor();
  expect(await page.getByRole("list", { name: "Media of this case" }).isVisible()).toBe(true);
  expect(await violations(page)).toEqual([]);
  await page.close();
});

test("feedback holds the faces of media that were kept, with the reviewer's labels", async () => {
  const page = await openCases();
  const bytes = await readFile(join(mediaDir, "portrait.jpg"));
  // As the side panel keeps a medium: evidence with the file it speaks of.
  await page.evaluate(
    async ([picture, report]) => {
      const { case: one, items } = report.cases[0] as (typeof report.cases)[number];
      const item = items[0] as (typeof items)[number];
      const id = crypto.randomUUID();
      const caseId = crypto.randomUUID();
      const { evidence, ...rest } = item;
      evidence.verdict.faces = [
        { box: [200, 100, 150, 150], logit: 4, score: 0.8, level: "suspicious" },
      ];
      const blob = await (await fetch(`data:image/jpeg;base64,${picture}`)).blob();
      const open = indexedDB.open("unmask-workbench");
      const database = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      const names = ["cases", "items", "evidence", "originals"];
      const change = database.transaction(names, "readwrite");
      change.objectStore("cases").put({ ...one, id: caseId, title: "Feedback", words: [] });
      change.objectStore("items").put({
        ...rest,
        id,
        caseId,
        call: "genuine",
        brief: {
          kind: "image",
          level: "suspicious",
          reason: null,
          score: 0.8,
          faces: 1,
          name: "portrait.jpg",
          url: "",
          pageUrl: "",
          pageTitle: "",
        },
        hasOriginal: true,
        words: [],
      });
      change.objectStore("evidence").put({ id, evidence });
      change.objectStore("originals").put({ id, bytes: blob });
      await new Promise((resolve) => {
        change.oncomplete = resolve;
      });
      database.close();
    },
    [bytes.toString("base64"), parseReport(await readFile(sample, "utf8"))] as const,
  );
  await page.reload();
  await page.getByRole("button", { name: /^Feedback/ }).click();
  const { name, bytes: zip } = await downloaded(page, "Save feedback file");
  expect(name).toMatch(/^unmask-feedback-.*\.zip$/);
  const files = unzipSync(zip);
  const row = JSON.parse(new TextDecoder().decode(files["manifest.jsonl"]).trim());
  expect(row).toMatchObject({
    label: "real",
    split: "train",
    generator: "camera",
    box: [75, 75, 150, 150],
  });
  expect(files[row.file]?.subarray(1, 4)).toEqual(new TextEncoder().encode("PNG"));
  await page.close();
});

describe("ten thousand entries of history", () => {
  let page: Page;
  beforeAll(async () => {
    page = await openCases();
    await page.evaluate(async () => {
      const open = indexedDB.open("unmask-workbench");
      const database = await new Promise<IDBDatabase>((resolve) => {
        open.onsuccess = () => resolve(open.result);
      });
      const change = database.transaction("history", "readwrite");
      const rows = change.objectStore("history");
      const start = Date.now() - 10_000 * 60_000;
      for (let i = 1; i <= 10_000; i++) {
        const url = `https://cdn.example/picture-${i}.jpg`;
        rows.put({
          id: i,
          at: start + i * 60_000,
          why: i % 3 === 0 ? "checked" : "flagged",
          url,
          brief: {
            kind: "image",
            level: "suspicious",
            reason: null,
            score: 0.8,
            faces: 1,
            name: `picture-${i}.jpg`,
            url,
            pageUrl: `https://news.example/${i}`,
            pageTitle: i % 100 === 0 ? `Harbour number ${i}` : `Story ${i}`,
            thumbnail: `data:image/webp;base64,${"A".repeat(4000)}`,
          },
          words: [
            "cdn",
            "example",
            `picture`,
            `${i}`,
            "jpg",
            "news",
            i % 100 === 0 ? "harbour" : "story",
          ],
        });
      }
      await new Promise((resolve) => {
        change.oncomplete = resolve;
      });
      database.close();
    });
    await page.getByRole("button", { name: "History" }).click();
    await page.getByText("10,000 entries").waitFor();
  });
  afterAll(() => page.close());

  test("draw few rows, newest first, with what each was", async () => {
    const rows = page.getByRole("list", { name: "History" }).getByRole("listitem");
    await rows.getByText("picture-10000.jpg").waitFor();
    expect(await rows.count()).toBeLessThan(40);
    expect(await violations(page)).toEqual([]);
  });

  test("scroll to the end by one key, and are read there", async () => {
    const first = page.getByRole("button", { name: /picture-10000\.jpg/ });
    await first.focus();
    await page.keyboard.press("End");
    const last = page.getByRole("button", { name: /picture-1\.jpg/ });
    await last.waitFor();
    await expect.poll(() => last.evaluate((row) => row === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await page.getByText("https://cdn.example/picture-1.jpg").waitFor();
    await page.getByRole("button", { name: "Forget" }).click();
    await page.getByText("9,999 entries").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await page.getByText("10,000 entries").waitFor();
  });

  test("are searched and filtered", async () => {
    await page.getByRole("searchbox").fill("harbour 5000");
    await page.getByText("1 entry").waitFor();
    await page.getByText("picture-5000.jpg").first().waitFor();
    await page.getByRole("searchbox").fill("example");
    await page.getByText("10,000 entries").waitFor();
    await page.getByRole("checkbox", { name: "Flagged on pages only" }).check();
    await page.getByText("6,667 entries").waitFor();
    await page.getByRole("searchbox").fill("");
  });

  test("are forgotten by the setting, and with everything else on request", async () => {
    await page.getByLabel("Keep the history for").selectOption("7");
    await page.getByRole("checkbox", { name: "Flagged on pages only" }).uncheck();
    await page.getByText("10,000 entries").waitFor();
    await page.getByLabel("Keep the history for").selectOption("off");
    await page.getByText("Nothing in the history").waitFor();
    expect(await violations(page)).toEqual([]);
    const { settings } = await browser.worker.evaluate(() => chrome.storage.local.get("settings"));
    expect(settings).toMatchObject({ history: "off" });
    await page.getByRole("button", { name: "Delete everything …" }).click();
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("All cases and the whole history were deleted").waitFor();
    await page.getByRole("button", { name: "Cases", exact: true }).click();
    await page.getByText("No cases yet").waitFor();
  });
});

test("dark colours keep their contrast", async () => {
  const dark = await launchWithoutPages({ colorScheme: "dark" });
  try {
    const page = await dark.context.newPage();
    await page.goto(dark.extensionUrl("cases.html"));
    await importReport(page, sample);
    await page.getByRole("button", { name: /^Sample/ }).click();
    await page.getByRole("button", { name: /swap\.mp4/ }).click();
    await page.getByText("Your own call").waitFor();
    expect(await violations(page)).toEqual([]);
  } finally {
    await dark.close();
  }
});

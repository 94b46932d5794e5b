import { rm } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { sampleSheets } from "../../trainer/evaluation/sample-sheets";
import { stripedData } from "./striped-data";

let folder = "";
beforeAll(async () => {
  folder = await stripedData({ train: 16, unlabelled: 4 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const batch = {
  pairs: 3,
  labelled: 2,
  swapShare: 0.3,
  generatedShare: 0.3,
  videoLike: 0.25,
  inputSize: 32,
  cropMargin: 1.3,
  mapSize: 4,
  seed: 1,
};
const views = { n: 5, leastArea: 0.5, blended: true, inputSize: 32, cropMargin: 1.3, seed: 1 };
const pictures = (html: string) => html.match(/<img /g)?.length ?? 0;

describe("sheets of training samples", () => {
  it("show pseudo-fakes, batches and views, and that they are not to be passed on", async () => {
    const sheets = await sampleSheets(folder, await readManifest(folder), { batch, views });
    expect([...sheets.keys()]).toEqual(["pseudo-fakes.html", "batch.html", "views.html"]);
    // Eleven pictures for each of the eight real ones: itself, a donor, three fakes with mask and difference.
    expect(pictures(sheets.get("pseudo-fakes.html") as string)).toBe(8 * 11);
    const batches = sheets.get("batch.html") as string;
    expect(pictures(batches)).toBe(2 * (3 * 3 + 2 * 2));
    expect(batches.match(/where is unknown/g)?.length).toBe(2 * 2);
    expect(pictures(sheets.get("views.html") as string)).toBe(5 * 3);
    for (const html of sheets.values()) expect(html).toContain("Do not publish it");
  });

  it("leave the pseudo-fakes of pretraining out where the recipe has none", async () => {
    const sheets = await sampleSheets(folder, await readManifest(folder), {
      batch,
      views: { ...views, blended: false },
    });
    expect(pictures(sheets.get("views.html") as string)).toBe(5 * 2);
  });

  it("say so where there is nothing to blend", async () => {
    const rows = (await readManifest(folder)).filter(({ label }) => label !== "real");
    await expect(sampleSheets(folder, rows, { batch, views })).rejects.toThrow("no real pictures");
  });
});

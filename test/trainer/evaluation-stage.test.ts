// `evaluate` from a package and a data folder to a folder of results, with an untrained network: the
// figures mean nothing, but they must be there, and be the same every time.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StudentCard } from "../../model/package/card";
import { type FaceRow, readManifest } from "../../trainer/datasets/manifest";
import { emitGraphModel, FLOAT32_KERNELS } from "../../trainer/emission/graph-model";
import { assemblePackage } from "../../trainer/emission/package";
import { errorSheet } from "../../trainer/evaluation/error-sheet";
import { writeEvaluation } from "../../trainer/evaluation/write-evaluation";
import { randomParameters } from "../../trainer/network/initial";
import { type Evaluation, evaluate } from "../../trainer/stages/evaluate";
import { trainingSplit } from "../../trainer/stages/sides";
import { CARD } from "./evaluation-fixture";
import { useNativeBackend } from "./native-backend";
import { stripedData } from "./striped-data";
import { TINY_SETTINGS } from "./tiny-settings";

useNativeBackend();

let data = "";
let out = "";
let files: Map<string, Uint8Array>;
let evaluation: Evaluation;
const phases = new Map<string, number>();
const options = { split: "val", resamples: 20, seed: 1, robustness: false };

beforeAll(async () => {
  const { architecture } = TINY_SETTINGS;
  const parameters = randomParameters(architecture, 3);
  files = await assemblePackage(emitGraphModel(architecture, parameters, FLOAT32_KERNELS), {
    ...CARD,
    gates: { minFacePx: 1, minSharpness: 0 },
  });
  data = await stripedData({ train: 4, val: 24 });
  const manifest = join(data, "manifest.jsonl");
  const rows = (await readFile(manifest, "utf8"))
    .trim()
    .split("\n")
    .map((line): FaceRow => JSON.parse(line))
    // Of `train` the fakes stay; one real picture becomes a split of its own.
    .filter(({ split, label }) => split !== "train" || label === "fake");
  const [first] = rows.filter(({ label }) => label === "real") as [FaceRow];
  await writeFile(join(data, "damaged.jpg"), "no picture");
  rows.push({ ...first, file: "damaged.jpg" }, { ...first, split: "test", group: "alone" });
  await writeFile(manifest, rows.map((row) => `${JSON.stringify(row)}\n`).join(""));
  out = await mkdtemp(join(tmpdir(), "unmask-evaluation-"));
  evaluation = await evaluate(files, {
    ...options,
    data,
    robustness: true,
    onProgress: (phase, done, total) => phases.set(phase, done / total),
  });
  await writeEvaluation(out, evaluation);
}, 120_000);

afterAll(async () => {
  for (const folder of [data, out]) await rm(folder, { recursive: true, force: true });
});

describe("evaluate", () => {
  it("measures what can be read and lists what cannot, without saying where the data lie", () => {
    const { pictures } = evaluation.report;
    expect(pictures).toMatchObject({ real: 12, fake: 12, groups: 6 });
    expect(pictures.broken.map(({ file }) => file)).toEqual(["damaged.jpg"]);
    expect(JSON.stringify(evaluation.report)).not.toContain(data);
  });

  it("tells how far it is, phase by phase", () => {
    expect(Object.fromEntries(phases)).toEqual({
      decode: 1,
      score: 1,
      blends: 1,
      surroundings: 1,
      robustness: 1,
    });
  });

  it("gives the same figures again", async () => {
    const again = await evaluate(files, { ...options, data });
    const { frames, blends } = evaluation.report;
    expect(again.report.frames).toEqual(frames);
    expect(again.report.blends).toEqual(blends);
    expect(again.report.robustness).toBeNull();
  });

  it("measures a split of reals alone, and of fakes alone", async () => {
    const reals = (await evaluate(files, { ...options, data, split: "test" })).report;
    expect(reals.frames.auc.value).toBeNaN();
    expect(reals.frames.reals.abstained.value).toBe(0);
    expect(reals.blends?.pairs).toBe(1);
    const fakes = (await evaluate(files, { ...options, data, split: "train" })).report;
    expect(fakes.blends).toBeNull();
    expect(fakes.curves.roc).toEqual([]);
  });

  it("measures what a run held out, and nothing of what it fitted", async () => {
    const folder = await stripedData({ train: 40 });
    const settings = { heldOutShare: 0.3, seed: 4 };
    const { report, scored } = await evaluate(files, {
      ...options,
      data: folder,
      unfitted: { side: "heldOut", settings },
    });
    const { heldOut } = trainingSplit(await readManifest(folder), settings);
    expect(scored.map(({ row }) => row.file).sort()).toEqual(
      heldOut.map(({ file }) => file).sort(),
    );
    expect(report.split).toBe("train, held-out groups");
    expect(report.realsByKind.length).toBeGreaterThan(0);
    await rm(folder, { recursive: true });
    const other = await stripedData({ train: 0, val: 4 });
    const measure = (side: "heldOut" | "leftOut") =>
      evaluate(files, { ...options, data: other, unfitted: { side, settings } });
    await expect(measure("heldOut")).rejects.toThrow(/held out none of the pictures/);
    await expect(measure("leftOut")).rejects.toThrow(/left out none of the pictures/);
    await rm(other, { recursive: true });
  });

  it("measures what a run left out, and refuses a student that knows it", async () => {
    const folder = await stripedData({ train: 40 });
    const leaveOut = { generators: ["striped"], sources: ["plain"] };
    const settings = { heldOutShare: 0.3, seed: 4, leaveOut };
    const job = { ...options, data: folder, unfitted: { side: "leftOut" as const, settings } };
    const { report, scored } = await evaluate(files, job);
    expect(scored).toHaveLength(40);
    expect(report.split).toBe("left out: striped, plain");
    const card: StudentCard = JSON.parse(Buffer.from(files.get("card.json") ?? []).toString());
    card.training.sources.push({ source: "striped", label: "fake", pictures: 3 });
    const knowing = new Map(files).set("card.json", Buffer.from(JSON.stringify(card)));
    await expect(evaluate(knowing, job)).rejects.toThrow("was fitted on fake pictures of striped");
    await rm(folder, { recursive: true });
  });

  it("refuses a damaged package and an unknown split by name", async () => {
    const weights = files.get("weights.bin") as Uint8Array;
    const damaged = new Map(files).set("weights.bin", weights.slice(1));
    await expect(evaluate(damaged, { ...options, data })).rejects.toThrow(
      "weights.bin does not match the hash",
    );
    await expect(evaluate(files, { ...options, data, split: "vall" })).rejects.toThrow(
      /no labelled split "vall"; they have test, train, val/,
    );
  });
});

describe("the folder of an evaluation", () => {
  it("holds figures, tables, plots and errors", async () => {
    expect((await readdir(out)).sort()).toEqual([
      "errors.html",
      "reliability.svg",
      "report.json",
      "report.md",
      "robustness.svg",
      "roc.svg",
    ]);
    expect(await readFile(join(out, "report.md"), "utf8")).toContain("![roc](roc.svg)");
    const report = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    expect(report.frames.auc.value).toBe(evaluation.report.frames.auc.value);
  });

  it.each(["roc", "reliability", "robustness"])("draws %s.svg 640 pixels wide", async (name) => {
    const svg = await readFile(join(out, `${name}.svg`), "utf8");
    expect(svg).not.toMatch(/NaN|Infinity|undefined/);
    const { width, height } = await sharp(Buffer.from(svg)).metadata();
    expect(width).toBe(640);
    expect(height).toBeGreaterThan(400);
  });

  it("leaves out plots that need both classes", async () => {
    const reals = await evaluate(files, { ...options, data, split: "test" });
    const folder = join(out, "reals");
    await writeEvaluation(folder, reals);
    expect((await readdir(folder)).sort()).toEqual(["errors.html", "report.json", "report.md"]);
    await rm(folder, { recursive: true });
  });

  it("describes every key of report.json", async () => {
    const text = await readFile(new URL("../../docs/evaluation.md", import.meta.url), "utf8");
    const report = JSON.parse(await readFile(join(out, "report.json"), "utf8"));
    const keys = new Set<string>();
    const walk = (value: unknown): void => {
      if (Array.isArray(value)) for (const item of value) walk(item);
      else if (value !== null && typeof value === "object")
        for (const [key, item] of Object.entries(value)) {
          keys.add(key);
          walk(item);
        }
    };
    walk(report);
    expect([...keys].filter((key) => !text.includes(`\`${key}\``))).toEqual([]);
  });
});

describe("the sheet of errors", () => {
  it("shows the worst of each source first and says that it is not to be passed on", async () => {
    const html = await errorSheet(evaluation);
    expect(html).toContain("Do not publish it");
    expect(html).toContain("default-src 'none'");
    const worst = evaluation.scored
      .filter(({ isFake }) => !isFake)
      .toSorted((a, b) => b.logit - a.logit);
    const places = worst.slice(0, 3).map(({ row }) => html.indexOf(row.file));
    expect(places.every((place) => place > 0)).toBe(true);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
  });

  it("shows names of files as text only", async () => {
    const [first] = evaluation.scored;
    const row = { ...first!.row, file: "<img src=x onerror=alert(1)>.jpg", source: "<b>" };
    const html = await errorSheet({ ...evaluation, scored: [{ ...first!, row }] });
    expect(html).not.toContain("<img src=x");
    expect(html).not.toContain("<b>");
  });
});

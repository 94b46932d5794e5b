import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures } from "../../trainer/datasets/pictures";
import { splitByGroup } from "../../trainer/datasets/split";
import { auc } from "../../trainer/evaluation/auc";
import { cropAll } from "../../trainer/evaluation/crops";
import { parametersLogits } from "../../trainer/network/frozen";
import { randomParameters } from "../../trainer/network/initial";
import { CAUTIOUS_LICENCE, calibrate } from "../../trainer/stages/calibrate";
import { loadCheckpoint } from "../../trainer/stages/checkpoint";
import { quantise } from "../../trainer/stages/quantise";
import { trainingSplit } from "../../trainer/stages/sides";
import { teach } from "../../trainer/stages/teach";
import type { TeachSettings } from "../../trainer/stages/teach-settings";
import { readTrainedStudent } from "../../trainer/stages/trained-student";
import { BatchMaker } from "../../trainer/synthesis/batch";
import { useNativeBackend } from "./native-backend";
import { stripedData } from "./striped-data";
import { TINY_SETTINGS } from "./tiny-settings";

useNativeBackend();

let folder = "";

beforeAll(async () => {
  folder = await stripedData({ train: 64 });
  await writeFile(join(folder, "broken.jpg"), "no picture");
  const manifest = join(folder, "manifest.jsonl");
  const [first = ""] = (await readFile(manifest, "utf8")).split("\n");
  await appendFile(manifest, `${first.replace("train-0.jpg", "broken.jpg")}\n`);
}, 60_000);

afterAll(() => rm(folder, { recursive: true, force: true }));

const train = (run: string, settings: TeachSettings, rest = {}) =>
  teach({
    data: folder,
    run: join(folder, run),
    settings,
    encoder: randomParameters(TINY_SETTINGS.architecture, 3),
    origin: "random",
    ...rest,
  });

describe("the manifest and its split", () => {
  it("names the folder or the line that is wrong", async () => {
    await expect(readManifest(join(folder, "nowhere"))).rejects.toThrow("no manifest.jsonl");
    const bad = await mkdtemp(join(tmpdir(), "unmask-manifest-"));
    await writeFile(join(bad, "manifest.jsonl"), '{"file":"a.jpg"}\n');
    await expect(readManifest(bad)).rejects.toThrow("line 1");
    await rm(bad, { recursive: true });
  });

  it("never puts one group on both sides", async () => {
    const { fit, heldOut } = splitByGroup(await readManifest(folder), 0.25, 1);
    const groups = new Set(fit.map(({ group }) => group));
    expect(heldOut.length).toBeGreaterThan(0);
    for (const row of heldOut) expect(groups.has(row.group)).toBe(false);
  });

  it("counts and names broken pictures and goes on", async () => {
    const pool = await loadPictures(folder, await readManifest(folder));
    expect(pool.pictures.length).toBe(64);
    expect(pool.broken.map(({ file }) => file)).toEqual(["broken.jpg"]);
  });
});

describe("BatchMaker", () => {
  it("pairs every fake with a real, masks what it blended, and repeats itself", async () => {
    const pool = await loadPictures(folder, await readManifest(folder));
    const recipe = {
      ...TINY_SETTINGS.batch,
      inputSize: 32,
      cropMargin: 1.3,
      mapSize: 8,
      seed: 4,
    };
    const maker = new BatchMaker(pool.bytes, pool.pictures, recipe);
    const batch = await maker.make(5);
    expect([...batch.labels]).toEqual(Array.from({ length: 16 }, (_, i) => i % 2));
    const cells = (i: number) => batch.masks.subarray(i * 64, (i + 1) * 64);
    expect(Math.max(...cells(0))).toBe(0);
    expect(Math.max(...cells(1))).toBeGreaterThan(0.1);
    expect([...batch.maskKnown].slice(0, 6)).toEqual([1, 1, 1, 1, 1, 0]);
    expect((await maker.make(5)).pixels).toEqual(batch.pixels);
    expect((await maker.make(6)).pixels).not.toEqual(batch.pixels);
  });

  it("puts labelled fakes' faces into real pictures where the recipe asks for them", async () => {
    const pool = await loadPictures(folder, await readManifest(folder));
    const stripesWith = async (generatedShare: number) => {
      const recipe = { pairs: 12, labelled: 0, swapShare: 1, generatedShare, videoLike: 0 };
      const rest = { inputSize: 32, cropMargin: 1.3, mapSize: 8, seed: 4 };
      const maker = new BatchMaker(pool.bytes, pool.pictures, { ...recipe, ...rest });
      const { pixels, labels } = await maker.make(0);
      const middles = { real: 0, fake: 0 };
      labels.forEach((label, i) => {
        middles[label === 1 ? "fake" : "real"] += roughness(pixels.subarray(i * 3072), 32);
      });
      return middles.fake / middles.real;
    };
    expect(await stripesWith(1)).toBeGreaterThan(1.5);
    expect(await stripesWith(0)).toBeLessThan(1.2);
  });
});

/** Differences between neighbours across the middle of a picture: the stripes of fakes have many. */
function roughness(pixels: Uint8Array, size: number): number {
  let sum = 0;
  for (let y = size / 4; y < (3 * size) / 4; y++)
    for (let x = size / 4; x < (3 * size) / 4; x++) {
      const at = (y * size + x) * 3;
      sum += Math.abs((pixels[at] as number) - (pixels[at + 3] as number));
    }
  return sum;
}

describe("the student taught alone", () => {
  it("learns: the loss falls and held-out groups are told apart; then packs the student", async () => {
    const losses: number[] = [];
    const onStep = (_: number, loss: number) => losses.push(loss);
    await train("learn", TINY_SETTINGS, { onStep });
    expect(losses.at(-1)).toBeLessThan(0.85 * (losses[0] as number));

    const student = await readTrainedStudent(join(folder, "learn"));
    const { heldOut } = trainingSplit(await readManifest(folder), TINY_SETTINGS);
    const pool = await loadPictures(folder, heldOut);
    const logits = parametersLogits(
      TINY_SETTINGS.architecture,
      student.parameters,
      cropAll(pool, TINY_SETTINGS.cropMargin, 32),
    );
    const isFake = pool.pictures.map(({ row }) => row.label === "fake");
    const score = auc(
      logits.filter((_, i) => !isFake[i]),
      logits.filter((_, i) => isFake[i]),
    );
    expect(score).toBeGreaterThan(0.9);

    const report = await quantise(folder, join(folder, "learn"));
    expect(report.emissionError).toBeLessThan(1e-3);
    const licence = CAUTIOUS_LICENCE;
    const identity = { name: "tiny", version: "1", date: "2026-01-01", licence };
    const { files } = await calibrate(folder, join(folder, "learn"), identity);
    expect([...files.keys()].sort()).toEqual(["card.json", "model.json", "weights.bin"]);
  });

  it("resumes to the same weights as an uninterrupted run", async () => {
    const settings = { ...TINY_SETTINGS, steps: 8, checkpointEvery: 100 };
    await train("whole", settings);
    const interrupt = new AbortController();
    const onStep = (step: number) => {
      if (step === 3) interrupt.abort();
    };
    expect(await train("parts", settings, { signal: interrupt.signal, onStep })).toBeNull();
    expect((await loadCheckpoint(join(folder, "parts")))?.step).toBe(3);
    await train("parts", settings);
    const whole = await loadCheckpoint(join(folder, "whole"));
    const parts = await loadCheckpoint(join(folder, "parts"));
    expect(parts).toEqual(whole);
  });

  it("refuses to resume under other settings and to read a damaged checkpoint", async () => {
    const settings = { ...TINY_SETTINGS, steps: 2 };
    await train("other", settings);
    await expect(train("other", { ...settings, peakRate: 1 })).rejects.toThrow("other settings");
    await writeFile(join(folder, "other", "checkpoint.bin"), "short");
    await expect(train("other", settings)).rejects.toThrow("is damaged");
  });

  it("stops with the step's number when the loss is not finite", async () => {
    const settings = { ...TINY_SETTINGS, peakRate: 1e30, warmupSteps: 0 };
    await expect(train("nan", settings)).rejects.toThrow(
      /step \d+: the loss is not finite; .*no checkpoint yet/,
    );
  });
});

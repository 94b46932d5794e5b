import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures } from "../../trainer/datasets/pictures";
import { splitByGroup } from "../../trainer/datasets/split";
import { auc } from "../../trainer/evaluation/auc";
import { cropAll } from "../../trainer/evaluation/crops";
import { randomParameters } from "../../trainer/network/initial";
import { Random } from "../../trainer/random";
import { calibrate } from "../../trainer/stages/calibrate";
import { loadCheckpoint } from "../../trainer/stages/checkpoint";
import { forwardLogits, quantise } from "../../trainer/stages/quantise";
import { trainingSplit } from "../../trainer/stages/sides";
import { teach } from "../../trainer/stages/teach";
import type { TeachSettings } from "../../trainer/stages/teach-settings";
import { readTrainedStudent } from "../../trainer/stages/trained-student";
import { BatchMaker } from "../../trainer/synthesis/batch";
import { useNativeBackend } from "./native-backend";
import { TINY_SETTINGS } from "./tiny-settings";

useNativeBackend();

const pictureSize = 96;
let folder = "";

/** Blotches of colour; a "fake" has stripes over its middle. */
async function drawPicture(random: Random, isFake: boolean): Promise<Buffer> {
  const data = Buffer.alloc(pictureSize * pictureSize * 3);
  const waves = [0, 1, 2].map(() => [
    random.uniform(0.02, 0.1),
    random.uniform(0.02, 0.1),
    random.uniform(0, 6),
  ]);
  for (let y = 0; y < pictureSize; y++)
    for (let x = 0; x < pictureSize; x++)
      for (let c = 0; c < 3; c++) {
        const [fx = 0, fy = 0, phase = 0] = waves[c] ?? [];
        const inside = Math.abs(x - 48) < 22 && Math.abs(y - 48) < 22;
        const stripes = isFake && inside ? (Math.floor(x / 3) % 2 ? 45 : -45) : 0;
        data[(y * pictureSize + x) * 3 + c] =
          128 + 60 * Math.sin(fx * x + fy * y + phase) + stripes;
      }
  return sharp(data, { raw: { width: pictureSize, height: pictureSize, channels: 3 } })
    .jpeg({ quality: 95 })
    .toBuffer();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-trainer-"));
  const random = new Random(11);
  const lines: string[] = [];
  for (let i = 0; i < 64; i++) {
    const label = i % 2 ? "fake" : "real";
    const file = `${i}.jpg`;
    await writeFile(join(folder, file), await drawPicture(random, label === "fake"));
    const source = label === "fake" ? "striped" : "plain";
    const box = [24, 24, 48, 48];
    const row = {
      file,
      label,
      split: "train",
      source,
      generator: source,
      group: `g${i >> 2}`,
      box,
    };
    lines.push(JSON.stringify(row));
  }
  await writeFile(join(folder, "broken.jpg"), "no picture");
  lines.push(lines[0]!.replace("0.jpg", "broken.jpg"));
  await writeFile(join(folder, "manifest.jsonl"), `${lines.join("\n")}\n`);
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
});

describe("the student taught alone", () => {
  it("learns: the loss falls and held-out groups are told apart; then packs the student", async () => {
    const losses: number[] = [];
    const onStep = (_: number, loss: number) => losses.push(loss);
    await train("learn", TINY_SETTINGS, { onStep });
    expect(losses.at(-1)).toBeLessThan(0.85 * (losses[0] as number));

    const student = await readTrainedStudent(join(folder, "learn"));
    const { heldOut } = trainingSplit(await readManifest(folder), TINY_SETTINGS);
    const pool = await loadPictures(folder, heldOut);
    const logits = forwardLogits(student, cropAll(pool, TINY_SETTINGS.cropMargin, 32));
    const isFake = pool.pictures.map(({ row }) => row.label === "fake");
    const score = auc(
      logits.filter((_, i) => !isFake[i]),
      logits.filter((_, i) => isFake[i]),
    );
    expect(score).toBeGreaterThan(0.9);

    const report = await quantise(folder, join(folder, "learn"));
    expect(report.emissionError).toBeLessThan(1e-3);
    const identity = { name: "tiny", version: "1", date: "2026-01-01" };
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

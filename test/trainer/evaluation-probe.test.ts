import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp, { type JpegOptions } from "sharp";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { auc } from "../../trainer/evaluation/auc";
import { intervals } from "../../trainer/evaluation/bootstrap";
import { FOLDS, foldsByGroup } from "../../trainer/evaluation/folds";
import { jpegStatistics } from "../../trainer/evaluation/jpeg-statistics";
import { batchProbeMarkdown, setProbeMarkdown } from "../../trainer/evaluation/probe-markdown";
import { crossValidated } from "../../trainer/evaluation/shortcut-probe";
import { Random } from "../../trainer/random";
import { probeBatches, probeSet } from "../../trainer/stages/probe";
import { stripedData } from "./striped-data";

const made: string[] = [];
afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true, force: true }))));

/** Blotches that say nothing about the class, which only the encoder gives away. */
async function pictureSet(count: number, jpegOf: (isFake: boolean) => JpegOptions) {
  const folder = await mkdtemp(join(tmpdir(), "unmask-probe-"));
  made.push(folder);
  const random = new Random(2);
  const lines: string[] = [];
  for (let i = 0; i < count; i++) {
    const isFake = i % 2 === 1;
    const data = Uint8Array.from({ length: 12 * 12 * 3 }, () => random.integer(256));
    const file = `${i}.jpg`;
    const picture = sharp(data, { raw: { width: 12, height: 12, channels: 3 } }).resize(64, 64);
    await writeFile(join(folder, file), await picture.jpeg(jpegOf(isFake)).toBuffer());
    const label = isFake ? "fake" : "real";
    const row = { file, label, split: "train", source: "s", generator: label, group: `g${i >> 1}` };
    lines.push(JSON.stringify({ ...row, box: [16, 16, 32, 32] }));
  }
  await writeFile(join(folder, "manifest.jsonl"), lines.join("\n"));
  return folder;
}

describe("jpegStatistics", () => {
  const noise = sharp({
    create: {
      width: 32,
      height: 32,
      channels: 3,
      background: "#888",
      noise: { type: "gaussian", mean: 128, sigma: 30 },
    },
  });
  const statistics = async (options: JpegOptions) =>
    jpegStatistics(await noise.clone().jpeg(options).toBuffer());

  it("reads quantisers, chroma sampling and progressive coding", async () => {
    const fine = await statistics({ quality: 95, chromaSubsampling: "4:4:4" });
    const coarse = await statistics({ quality: 40, progressive: true });
    expect(fine).toMatchObject({ isJpeg: true, isProgressive: false, chromaSubsampling: 1 });
    expect(coarse).toMatchObject({ isProgressive: true, chromaSubsampling: 4 });
    expect(coarse.lumaQuantiser).toBeGreaterThan(5 * fine.lumaQuantiser);
    expect(coarse.chromaQuantiser).toBeGreaterThan(coarse.lumaQuantiser);
  });

  it("knows grey pictures, other formats and files that end early", async () => {
    const grey = jpegStatistics(await noise.clone().toColourspace("b-w").jpeg().toBuffer());
    expect(grey).toMatchObject({ isJpeg: true, chromaSubsampling: 0, chromaQuantiser: 0 });
    expect(jpegStatistics(await noise.clone().png().toBuffer()).isJpeg).toBe(false);
    const whole = await noise.clone().jpeg().toBuffer();
    for (const length of [0, 1, 2, 5, 30, 60, 200]) {
      const cut = jpegStatistics(whole.subarray(0, length));
      expect(cut.isJpeg).toBe(length >= 2);
    }
  });
});

describe("foldsByGroup", () => {
  it("keeps groups whole and gives every fold its share of every stratum", () => {
    const items = Array.from({ length: 200 }, (_, i) => ({
      group: `g${i >> 2}`,
      stratum: (i >> 2) % 5 === 0 ? "rare" : "common",
    }));
    const folds = foldsByGroup(items, 3);
    for (let fold = 0; fold < FOLDS; fold++)
      for (const [stratum, share] of [
        ["rare", 40],
        ["common", 160],
      ] as const)
        expect(
          items.filter((item, i) => item.stratum === stratum && folds[i] === fold).length,
        ).toBe(share / FOLDS);
    items.forEach(({ group }, i) => {
      expect(folds[i]).toBe(folds[items.findIndex((item) => item.group === group)]);
    });
  });
});

describe("crossValidated", () => {
  it("finds what holds for people it has not seen, and not what marks a person", () => {
    const random = new Random(6);
    const aucOf = (shortcut: number) => {
      const examples = Array.from({ length: 60 }, (_, g) => {
        const isFake = g % 2 === 1;
        // Each group has a look of its own, which a probe that had seen it could learn by heart.
        const look = Array.from({ length: 20 }, () => 3 * random.normal());
        return Array.from({ length: 4 }, () => ({
          features: [...look, (isFake ? shortcut : 0) + random.normal()],
          isFake,
          group: `g${g}`,
          stratum: String(isFake),
        }));
      }).flat();
      const scores = crossValidated(examples, 1);
      const of = (isFake: boolean) => scores.filter((_, i) => examples[i]?.isFake === isFake);
      return auc(of(false), of(true));
    };
    expect(aucOf(0)).toBeLessThan(0.68);
    expect(aucOf(6)).toBeGreaterThan(0.9);
  });
});

describe("the probe of a set", () => {
  const crop = { cropMargin: 1.3, inputSize: 32 };
  const probe = async (folder: string) =>
    probeSet(folder, await readManifest(folder), crop, intervals(50, 1), 1);

  it("says that the files give the class away, and what else does not", async () => {
    const folder = await pictureSet(80, (isFake) => ({ quality: isFake ? 60 : 92 }));
    const { families, all, real, fake } = await probe(folder);
    expect([real, fake]).toEqual([40, 40]);
    expect(families.file.value).toBeGreaterThan(0.99);
    expect(families.size.value).toBe(0.5);
    expect(families.thumbnail.value).toBeLessThan(0.7);
    expect(all.value).toBeGreaterThan(0.6);
    expect(setProbeMarkdown(await probe(folder))).toMatch(/\| file: [^|]*\|[^|]*\| over 0\.6/);
  });

  it("refuses a set with one class", async () => {
    const folder = await pictureSet(8, () => ({}));
    const rows = (await readManifest(folder)).filter(({ label }) => label === "real");
    await expect(probeSet(folder, rows, crop, intervals(10, 1), 1)).rejects.toThrow(
      "no fake pictures",
    );
  });
});

describe("the probe of batches", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await stripedData({ train: 80 });
    made.push(folder);
  });

  it("measures every fold by the others, and knows real fakes from pseudo-fakes", async () => {
    const recipe = {
      pairs: 2,
      labelled: 2,
      swapShare: 0.3,
      generatedShare: 0.3,
      videoLike: 0.25,
      inputSize: 32,
      cropMargin: 1.3,
      mapSize: 4,
      seed: 1,
    };
    const seen: number[] = [];
    const result = await probeBatches(folder, await readManifest(folder), recipe, 50, (done, all) =>
      seen.push(done / all),
    );
    expect(result.crops).toBe(50 * 8);
    expect(seen.at(-1)).toBe(1);
    // Stripes make a fake sharper than any augmentation does.
    expect(result.labelled.mean).toBeGreaterThan(0.75);
    for (const { lowest, mean, highest } of [result.labelled, result.pseudoFakes]) {
      expect(lowest).toBeLessThanOrEqual(mean);
      expect(highest).toBeGreaterThanOrEqual(mean);
    }
    const few = (await readManifest(folder)).slice(0, 12);
    await expect(probeBatches(folder, few, recipe, 5)).rejects.toThrow("at least 5 groups");
    const pairsAlone = (await readManifest(folder)).filter(({ label }) => label === "real");
    const unlabelled = await probeBatches(folder, pairsAlone, recipe, 5);
    expect(unlabelled.labelled.mean).toBeNaN();
    expect(batchProbeMarkdown(unlabelled)).toContain("| real partner / labelled fake | – | – |");
    expect(batchProbeMarkdown(result)).toMatch(/labelled fake \| [01]\.\d\d \(.*over 0\.6/);
  });
});

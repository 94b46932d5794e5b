// A data folder for whole runs: blotches of colour are real, with stripes over the middle they are
// fake. Labelled, unlabelled and validation pictures, in groups of four.
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { FaceRow } from "../../trainer/datasets/manifest";
import { Random } from "../../trainer/random";

const pictureSize = 96;

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

/** How many pictures of each kind; half of them are fake. */
export interface StripedCounts {
  train: number;
  unlabelled?: number;
  val?: number;
}

/** @returns the folder; every second picture is fake, and nobody says so of the unlabelled. */
export async function stripedData(counts: StripedCounts): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "unmask-trainer-"));
  const random = new Random(11);
  const lines: string[] = [];
  for (const [split, count] of Object.entries(counts))
    for (let i = 0; i < count; i++) {
      const isFake = i % 2 === 1;
      const source = isFake ? "striped" : "plain";
      const file = `${split}-${i}.jpg`;
      await writeFile(join(folder, file), await drawPicture(random, isFake));
      const row: FaceRow = {
        file,
        label: split === "unlabelled" ? "unlabelled" : isFake ? "fake" : "real",
        split,
        source,
        generator: source,
        group: `${split}-${i >> 2}`,
        box: [24, 24, 48, 48],
      };
      lines.push(JSON.stringify(row));
    }
  await writeFile(join(folder, "manifest.jsonl"), `${lines.join("\n")}\n`);
  return folder;
}

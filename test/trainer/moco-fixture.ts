// What the tests of the SCL-KD stages share: a tiny network, and procedural "faces" in a
// few identities, written as a data folder.
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import type { StudentArchitecture } from "../../model/student/architecture";
import { Random } from "../../trainer/random";

export function tinyArchitecture(width = 8): StudentArchitecture {
  return {
    name: `tiny-${width}`,
    inputSize: 32,
    stemChannels: width,
    blocks: [
      { kernel: 3, stride: 1, expand: 1, inChannels: width, outChannels: width },
      { kernel: 3, stride: 2, expand: 2, inChannels: width, outChannels: 2 * width },
    ],
    headChannels: 4 * width,
  };
}

/** RGB of one picture of an identity: its own stripes and colours, shifted and lit by chance. */
export function picture(identity: number, instance: number, size: number): Uint8Array {
  const own = Random.at(77, identity);
  const waves = Array.from({ length: 3 }, () => ({
    fx: own.uniform(-0.5, 0.5),
    fy: own.uniform(-0.5, 0.5),
    colour: [own.uniform(-50, 50), own.uniform(-50, 50), own.uniform(-50, 50)] as const,
  }));
  const chance = Random.at(1000 + identity, instance);
  const phases = waves.map(() => chance.uniform(0, 2 * Math.PI));
  const light = chance.uniform(-30, 30);
  const rgb = new Uint8ClampedArray(size * size * 3);
  for (let y = 0, i = 0; y < size; y++)
    for (let x = 0; x < size; x++, i += 3)
      for (let c = 0; c < 3; c++) {
        let value = 128 + light + chance.uniform(-12, 12);
        waves.forEach(({ fx, fy, colour }, w) => {
          value += (colour[c] as number) * Math.sin(fx * x + fy * y + (phases[w] as number));
        });
        rgb[i + c] = value;
      }
  return new Uint8Array(rgb.buffer);
}

/** A data folder: even identities are real, odd ones fake, every third picture unlabelled. */
export async function proceduralData(identities: number, instances: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "unmask-scl-kd-"));
  await mkdir(join(folder, "pictures"));
  const lines: string[] = [];
  const size = 64;
  for (let identity = 0; identity < identities; identity++)
    for (let instance = 0; instance < instances; instance++) {
      const file = `pictures/${identity}-${instance}.png`;
      const raw = { width: size, height: size, channels: 3 as const };
      await sharp(picture(identity, instance, size), { raw })
        .png()
        .toFile(join(folder, file));
      const isUnlabelled = instance % 3 === 2;
      lines.push(
        JSON.stringify({
          file,
          label: isUnlabelled ? "unlabelled" : identity % 2 === 0 ? "real" : "fake",
          split: isUnlabelled ? "unlabelled" : "train",
          source: identity % 2 === 0 ? "stripes" : "waves",
          generator: identity % 2 === 0 ? "camera" : "waves",
          group: `${identity}-${instance}`,
          box: [16, 16, 32, 32],
        }),
      );
    }
  await writeFile(join(folder, "manifest.jsonl"), `${lines.join("\n")}\n`);
  return folder;
}

// The logits of a finished job, picture by picture, with what the manifest said of each: every table
// can be computed again from these files, without the pictures and without training.
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";

const Picture = v.object({
  file: v.string(),
  label: v.picklist(["real", "fake"]),
  source: v.string(),
  generator: v.string(),
  group: v.string(),
  /** Present for frames of a video. */
  video: v.optional(v.string()),
  /** `held-out`, `left-out`, or the name of the manifest's split. */
  side: v.string(),
  logit: v.number(),
});

export type ScoredPicture = v.InferOutput<typeof Picture>;

const FILE = "logits.jsonl";

export async function writeScores(
  folder: string,
  pictures: readonly ScoredPicture[],
): Promise<void> {
  const path = join(folder, FILE);
  await writeFile(`${path}.part`, pictures.map((one) => `${JSON.stringify(one)}\n`).join(""));
  await rename(`${path}.part`, path);
}

/** @throws Error naming the file and line that cannot be read. */
export async function readScores(folder: string): Promise<ScoredPicture[]> {
  const path = join(folder, FILE);
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  return lines.map((line, i) => {
    try {
      return v.parse(Picture, JSON.parse(line));
    } catch (error) {
      throw new Error(`${path}, line ${i + 1}: ${(error as Error).message}`);
    }
  });
}

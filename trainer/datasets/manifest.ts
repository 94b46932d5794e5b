// Reads a data folder described by `manifest.jsonl`: one face crop a line, with the detector's box.
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";

const Row = v.object({
  file: v.string(),
  label: v.picklist(["real", "fake", "unlabelled"]),
  split: v.string(),
  source: v.string(),
  generator: v.optional(v.string(), ""),
  group: v.string(),
  /** Present for frames of a video. */
  video: v.optional(v.string()),
  box: v.tuple([v.number(), v.number(), v.number(), v.number()]),
});

/** One picture of the manifest. */
export type FaceRow = v.InferOutput<typeof Row>;

/**
 * @param folder the data folder, which holds `manifest.jsonl`.
 * @throws Error naming the folder, or the line that is wrong.
 */
export async function readManifest(folder: string): Promise<FaceRow[]> {
  const path = join(folder, "manifest.jsonl");
  try {
    await access(path);
  } catch {
    throw new Error(`no manifest.jsonl in the data folder ${folder}`);
  }
  const lines = (await readFile(path, "utf8")).split("\n");
  const rows: FaceRow[] = [];
  lines.forEach((line, i) => {
    if (line.trim() === "") return;
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch {
      throw new Error(`${path}, line ${i + 1}: not valid JSON`);
    }
    const result = v.safeParse(Row, value);
    if (!result.success) {
      const [issue] = result.issues;
      throw new Error(`${path}, line ${i + 1}: ${v.getDotPath(issue) ?? "row"}: ${issue.message}`);
    }
    rows.push(result.output);
  });
  if (rows.length === 0) throw new Error(`${path} is empty`);
  return rows;
}

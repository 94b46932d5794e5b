// Our own layout: `manifest.jsonl`, one picture or video a line, with its group written beside it.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { isVideo, listingOf } from "./listing";
import { readLines } from "./metadata";
import type { Layout, SplitName } from "./record";
import { DatasetError } from "./report";

const MANIFEST = "manifest.jsonl";

const Row = v.object({
  // A manifest from elsewhere must not reach outside its folder.
  file: v.pipe(
    v.string(),
    v.check((file) => !/^([/\\]|[a-z]:)|(^|[/\\])\.\.([/\\]|$)/i.test(file), "leaves the folder"),
  ),
  label: v.picklist(["real", "fake", "unlabelled"]),
  split: v.optional(v.picklist(["train", "val", "test", "unlabelled"])),
  source: v.string(),
  generator: v.optional(v.string(), "unknown"),
  group: v.string(),
  video: v.optional(v.string()),
  frame: v.optional(v.pipe(v.number(), v.integer())),
  box: v.optional(v.tuple([v.number(), v.number(), v.number(), v.number()])),
  landmarks: v.optional(v.string()),
});
export type ManifestRow = v.InferOutput<typeof Row>;

/**
 * The rows of a folder's `manifest.jsonl`.
 *
 * @throws DatasetError naming the file, or the line that is wrong.
 */
export async function* manifestRows(
  root: string,
): AsyncGenerator<{ number: number; row: ManifestRow }> {
  for (const { number, text } of await readLines(root, MANIFEST)) {
    yield { number, row: parseRow(text, lineName(root, number)) };
  }
}

export const hasManifest = async (root: string): Promise<boolean> =>
  (await listingOf(root, "")).files.includes(MANIFEST);

/** A line of the manifest, for messages. */
export const lineName = (root: string, number: number): string =>
  `${join(root, MANIFEST)}, line ${number}`;

export const manifest: Layout = {
  id: "manifest",
  name: MANIFEST,

  recognise: hasManifest,

  async *read(root, { report, signal }) {
    const met = new Map<string, string>();
    for await (const { number, row: whole } of manifestRows(root)) {
      signal?.throwIfAborted();
      const { group, split, ...row } = whole;
      const before = met.get(row.file);
      if (before !== undefined) {
        const detail = `line ${number}; above it is ${before}`;
        report.add(before === row.label ? "duplicate" : "contradiction", row.file, detail);
        continue;
      }
      met.set(row.file, row.label);
      const found = await stat(join(root, row.file)).catch(() => null);
      if (!found?.isFile()) {
        report.add("missing", row.file, `line ${number} lists it`);
        continue;
      }
      yield {
        ...row,
        ...(row.video === undefined ? {} : { video: `${row.source}/${row.video}` }),
        kind: isVideo(row.file) ? "video" : "picture",
        ...(split && split !== "unlabelled" ? { split: split as SplitName } : {}),
        identities: [group],
      };
    }
  },
};

function parseRow(text: string, where: string): ManifestRow {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new DatasetError(`${where}: not valid JSON`);
  }
  const result = v.safeParse(Row, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new DatasetError(`${where}: ${v.getDotPath(issue) ?? "row"}: ${issue.message}`);
}

// Tiny data sets in a temporary folder, in the shapes of the real ones. Empty files do for videos:
// no reader opens one.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll } from "vitest";
import type { Layout, ReadOptions, SourceRecord } from "../../trainer/datasets/layouts/record";
import { ReadReport } from "../../trainer/datasets/layouts/report";

const made: string[] = [];
afterAll(async () => {
  for (const folder of made) await rm(folder, { recursive: true, force: true });
});

export async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "unmask-datasets-"));
  made.push(folder);
  return folder;
}

/** @param files path to content; a value that is neither text nor bytes is written as JSON. */
export async function tree(files: Record<string, unknown>): Promise<string> {
  const root = await emptyFolder();
  for (const [path, content] of Object.entries(files)) {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    const raw = typeof content === "string" || content instanceof Uint8Array;
    await writeFile(file, raw ? content : JSON.stringify(content));
  }
  return root;
}

/** Empty files at the given paths. */
export const empty = (...paths: string[]): Record<string, string> =>
  Object.fromEntries(paths.map((path) => [path, ""]));

export async function readAll(
  layout: Layout,
  root: string,
  options: Omit<ReadOptions, "report"> = {},
): Promise<{ records: SourceRecord[]; report: ReadReport }> {
  const report = new ReadReport();
  const records: SourceRecord[] = [];
  for await (const record of layout.read(root, { ...options, report })) records.push(record);
  return { records, report };
}

/** What most tests compare: file, label, split and identities. */
export const brief = ({ file, label, split, identities }: SourceRecord): unknown[] => [
  file,
  label,
  split,
  ...identities,
];

// Batches that several runs see alike, made once and kept on disk: synthesis costs about as much as a
// small network's step, and a comparison shows every arm the same batches.
import { randomUUID } from "node:crypto";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { shortDigest } from "../digest";
import type { OrderedLoader } from "./ordered-loader";

/** Where a stage's batches come from. */
export interface BatchSource<B> {
  /** Batch `index`. @throws Error if it cannot be made or kept. */
  take(index: number): Promise<B>;
  close(): Promise<void>;
}

/**
 * @param open the loader that makes batches, with what it needs; called when the first one is missing.
 * @param root folder of all kept batches, which runs and machines may share; undefined keeps none.
 * @param identity everything that shapes a batch: two runs with the same get the same batches.
 */
export function batchSource<B extends { index: number }>(
  open: () => Promise<OrderedLoader<B>>,
  root: string | undefined,
  identity: unknown,
): BatchSource<B> {
  return new Batches(open, root === undefined ? null : join(root, shortDigest(identity)));
}

class Batches<B extends { index: number }> implements BatchSource<B> {
  private loader: Promise<OrderedLoader<B>> | null = null;

  constructor(
    private readonly open: () => Promise<OrderedLoader<B>>,
    private readonly folder: string | null,
  ) {}

  async take(index: number): Promise<B> {
    const file = this.folder === null ? null : join(this.folder, `${index}.batch`);
    const kept = file ? await readKept<B>(file, index) : null;
    if (kept) return kept;
    this.loader ??= this.open();
    const batch = await (await this.loader).take(index);
    if (file) await keep(file, batch);
    return batch;
  }

  async close(): Promise<void> {
    const loader = await this.loader?.catch(() => null);
    await loader?.close();
  }
}

/** Null if it is not there or is damaged; it is then made again. */
async function readKept<B extends { index: number }>(
  file: string,
  index: number,
): Promise<B | null> {
  try {
    const batch = deserialize(await readFile(file)) as B;
    return batch.index === index ? batch : null;
  } catch {
    return null;
  }
}

/** Under its name only when it is whole; whoever else keeps the same at the same time keeps the same. */
async function keep(file: string, batch: object): Promise<void> {
  const half = `${file}.${randomUUID()}.tmp`;
  try {
    await mkdir(join(file, ".."), { recursive: true });
    await writeFile(half, serialize(batch));
    await rename(half, file);
  } catch (error) {
    await rm(half, { force: true }).catch(() => {});
    throw new Error(`cannot keep the batch ${file}: ${(error as Error).message}`);
  }
}

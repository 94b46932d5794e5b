// Batches made once for several runs: who comes second gets the first one's, a damaged one is made
// again, and what cannot be kept is said.
import { mkdtemp, readdir, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, expect, it } from "vitest";
import { batchSource } from "../../trainer/synthesis/kept-batches";
import { OrderedLoader } from "../../trainer/synthesis/ordered-loader";

interface Made {
  index: number;
  pixels: Uint8Array;
  labels: Float32Array;
}

let root: string;
let entry: URL;
let opened: number;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "unmask-kept-"));
  const path = join(root, "worker.mts");
  // Every worker makes other pixels, so that it shows whose they are.
  await writeFile(
    path,
    `import { parentPort, workerData } from "node:worker_threads";
    parentPort.on("message", (index: number) => parentPort.postMessage({
      index, pixels: new Uint8Array([workerData, index, 255]), labels: new Float32Array([0.5, index]),
    }));`,
  );
  entry = pathToFileURL(path);
  opened = 0;
});
afterEach(() => rm(root, { recursive: true, force: true }));

const kept = () => join(root, "kept");
const source = (identity: unknown, folder: string | undefined = kept()) =>
  batchSource(async () => new OrderedLoader<Made>(entry, ++opened, 1), folder, identity);

async function take(identity: unknown, indices: number[], folder?: string): Promise<Made[]> {
  const batches = source(identity, folder);
  try {
    const made: Made[] = [];
    for (const index of indices) made.push(await batches.take(index));
    return made;
  } finally {
    await batches.close();
  }
}

it("hands the second run what the first one made, to the byte", async () => {
  const first = await take(["a", { seed: 1 }], [3, 4]);
  expect(first[0]).toEqual({
    index: 3,
    pixels: new Uint8Array([1, 3, 255]),
    labels: new Float32Array([0.5, 3]),
  });
  expect(await take(["a", { seed: 1 }], [3, 4])).toEqual(first);
  expect(opened).toBe(1);
  // One that is not there yet opens the second run's own loader.
  expect((await take(["a", { seed: 1 }], [4, 5])).map(({ pixels }) => pixels[0])).toEqual([1, 2]);
});

it("keeps batches of another recipe apart, and none where no folder is given", async () => {
  await take(["a", { seed: 1 }], [0]);
  expect((await take(["a", { seed: 2 }], [0]))[0]?.pixels[0]).toBe(2);
  const batches = batchSource(async () => new OrderedLoader<Made>(entry, 9, 1), undefined, "a");
  expect((await batches.take(0)).pixels[0]).toBe(9);
  await batches.close();
  expect(await readdir(kept())).toHaveLength(2);
});

it.each([0, 40])("makes a batch again of which only %i bytes are there", async (bytes) => {
  await take("a", [7]);
  const [folder = ""] = await readdir(kept());
  await truncate(join(kept(), folder, "7.batch"), bytes);
  expect((await take("a", [7]))[0]?.pixels).toEqual(new Uint8Array([2, 7, 255]));
  expect(await take("a", [7])).toEqual(await take("a", [7]));
  expect(opened).toBe(2);
});

it("leaves no half batch, and names the one that it cannot keep", async () => {
  await writeFile(kept(), "a file where the folder should be");
  await expect(take("a", [2])).rejects.toThrow(/cannot keep the batch .*2\.batch: /);
});

it("passes on why the loader could not be opened", async () => {
  const batches = batchSource(() => Promise.reject(new Error("no picture")), kept(), "a");
  await expect(batches.take(0)).rejects.toThrow("no picture");
  await batches.close();
});

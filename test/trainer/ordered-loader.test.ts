// The loader of numbered batches: in order whoever makes them, and an error reaches whoever waits.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { OrderedLoader } from "../../trainer/synthesis/ordered-loader";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-loader-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function workerOf(body: string): Promise<URL> {
  const path = join(folder, `${body.length}.mts`);
  await writeFile(
    path,
    `import { parentPort, workerData } from "node:worker_threads";\n` +
      `parentPort.on("message", (index: number) => {\n${body}\n});\n`,
  );
  return pathToFileURL(path);
}

it("hands batches out in order, each made once", async () => {
  // The even ones take longer than the odd ones.
  const entry = await workerOf(
    "let sum = 0; for (let i = 0; i < (index % 2 ? 1 : 3e6); i++) sum += i;\n" +
      "parentPort.postMessage({ index, value: workerData.factor * index });",
  );
  const loader = new OrderedLoader<{ index: number; value: number }>(entry, { factor: 3 }, 2);
  for (const index of [4, 5, 6, 7])
    expect(await loader.take(index)).toEqual({ index, value: 3 * index });
  await loader.close();
});

it("passes a worker's error on, now and for whatever is asked later", async () => {
  // Not one of the batches that are made in advance of the first.
  const entry = await workerOf(
    'if (index === 9) throw new Error("that picture is broken");\nparentPort.postMessage({ index });',
  );
  const loader = new OrderedLoader(entry, {}, 1);
  await loader.take(0);
  await expect(loader.take(9)).rejects.toThrow("that picture is broken");
  await expect(loader.take(20)).rejects.toThrow("that picture is broken");
  await loader.close();
});

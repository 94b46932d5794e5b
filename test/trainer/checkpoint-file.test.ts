import { access, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readCheckpointFile, writeCheckpointFile } from "../../trainer/checkpoint-file";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-checkpoint-"));
});
afterEach(() => rm(folder, { recursive: true }));

const checkpoint = (step: number) => ({
  facts: { step, fingerprint: "abc" },
  vectors: [Float32Array.of(1, step), new Float32Array(0), Float32Array.of(Math.PI)],
});

describe("a checkpoint", () => {
  it("reads back as it was written, and replaces the one before", async () => {
    expect(await readCheckpointFile(folder)).toBeNull();
    await writeCheckpointFile(join(folder, "new"), checkpoint(1));
    await writeCheckpointFile(join(folder, "new"), checkpoint(2));
    expect(await readCheckpointFile(join(folder, "new"))).toEqual(checkpoint(2));
  });

  it.each([3, 40, -1])("cut short at byte %i is called damaged, by its path", async (bytes) => {
    await writeCheckpointFile(folder, checkpoint(1));
    const path = join(folder, "checkpoint.bin");
    await writeFile(path, (await readFile(path)).subarray(0, bytes));
    await expect(readCheckpointFile(folder)).rejects.toThrow(`${path} is damaged`);
  });

  it("stays whole when the disk is full", async () => {
    await writeCheckpointFile(folder, checkpoint(1));
    // Linux's device that is always full, in the place of the file that is written first.
    await symlink("/dev/full", join(folder, "checkpoint.bin.part"));
    await expect(writeCheckpointFile(folder, checkpoint(2))).rejects.toThrow(
      `${join(folder, "checkpoint.bin")} could not be written: no space is left on the disk`,
    );
    expect(await readCheckpointFile(folder)).toEqual(checkpoint(1));
    await expect(access(join(folder, "checkpoint.bin.part"))).rejects.toThrow("ENOENT");
  });
});

// A checkpoint on disk: a few facts as JSON and float vectors behind them, in one file that is either
// the old one or the new one, whatever happens while it is written.
import { mkdir, open, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";

/** Everything that is there to be read of a checkpoint. */
export interface CheckpointFile {
  /** Step, fingerprint and whatever else a stage notes. */
  facts: Record<string, unknown>;
  vectors: Float32Array[];
}

export function checkpointPath(folder: string): string {
  return join(folder, "checkpoint.bin");
}

/**
 * Writes beside the old checkpoint, to the disk, and then takes its place.
 *
 * @throws Error naming the file, and what was kept, if the disk is full or cannot be written.
 */
export async function writeCheckpointFile(
  folder: string,
  { facts, vectors }: CheckpointFile,
): Promise<void> {
  const lengths = vectors.map(({ length }) => length);
  const header = Buffer.from(JSON.stringify({ ...facts, lengths }));
  const size = Buffer.alloc(4);
  size.writeUInt32LE(header.length);
  const path = checkpointPath(folder);
  const part = `${path}.part`;
  try {
    await mkdir(folder, { recursive: true });
    const file = await open(part, "w");
    try {
      await file.writeFile(Buffer.concat([size, header]));
      for (const { buffer, byteOffset, byteLength } of vectors)
        await file.writeFile(Buffer.from(buffer, byteOffset, byteLength));
      // Before the rename, or a power cut could leave the new name on nothing.
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (error) {
    await rm(part, { force: true }).catch(() => {});
    const { code, message } = error as NodeJS.ErrnoException;
    const reason = code === "ENOSPC" ? "no space is left on the disk" : message;
    throw new Error(`${path} could not be written: ${reason}`);
  }
}

/**
 * @returns null if the folder holds no checkpoint.
 * @throws Error naming the file if it is damaged.
 */
export async function readCheckpointFile(folder: string): Promise<CheckpointFile | null> {
  const path = checkpointPath(folder);
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
  try {
    let offset = 4 + bytes.readUInt32LE(0);
    const { lengths, ...facts } = JSON.parse(bytes.toString("utf8", 4, offset)) as {
      lengths: number[];
    };
    const vectors = lengths.map((length) => {
      // A copy: vectors need not begin where a Float32Array may.
      const part = new Uint8Array(bytes.subarray(offset, offset + length * 4));
      if (part.length < length * 4) throw new Error("it ends too early");
      offset += part.length;
      return new Float32Array(part.buffer);
    });
    return { facts, vectors };
  } catch (error) {
    throw new Error(`${path} is damaged: ${(error as Error).message}`);
  }
}

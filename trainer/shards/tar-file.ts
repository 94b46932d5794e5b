// One tar archive being written: the same entries give the same bytes, and it bears its name only
// when it is whole.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { pack } from "tar-stream";
import { ShardError } from "./sample";

const BLOCK = 512;
/** An entry's content begins so far after the entry. */
export const HEADER_BYTES = BLOCK;
/** Two empty blocks end an archive. */
export const END_BYTES = 2 * BLOCK;

/** Bytes that an entry takes in the archive. */
export function entryBytes(content: Uint8Array): number {
  return HEADER_BYTES + Math.ceil(content.length / BLOCK) * BLOCK;
}

export class TarFile {
  private readonly archive = pack();
  private readonly hash = createHash("sha256");
  private readonly written: Promise<void>;
  private readonly closed: Promise<void>;
  private readonly temporary: string;
  private failure: Error | null = null;

  constructor(private readonly path: string) {
    this.temporary = `${path}.tmp`;
    const hashed = new Transform({
      transform: (chunk: Buffer, _, done) => {
        this.hash.update(chunk);
        done(null, chunk);
      },
    });
    const source = this.archive as unknown as NodeJS.ReadableStream;
    const file = createWriteStream(this.temporary);
    // A pipeline that breaks early ends before its file is opened, and opening makes the file.
    this.closed = new Promise((resolve) => file.once("close", resolve));
    this.written = pipeline(source, hashed, file);
    // Told at the next entry or at the end; until somebody waits it must not count as unhandled.
    this.written.catch((error) => {
      this.failure = error;
    });
  }

  /** Resolves when the archive has taken the content in. @throws ShardError naming the file. */
  async add(name: string, content: Uint8Array): Promise<void> {
    const header = { name, size: content.length, mode: 0o644, mtime: new Date(0), uid: 0, gid: 0 };
    try {
      await new Promise<void>((resolve, reject) => {
        this.archive.entry(header, content, (error) => (error ? reject(error) : resolve()));
      });
    } catch (error) {
      throw await this.failed(error);
    }
  }

  /**
   * Ends the archive and gives it its name.
   *
   * @returns SHA-256 of the file, hexadecimal.
   * @throws ShardError naming the file; a full disk shows here at the latest.
   */
  async close(): Promise<string> {
    try {
      this.archive.finalize();
      await this.written;
      const handle = await open(this.temporary, "r+");
      await handle.sync().finally(() => handle.close());
      await rename(this.temporary, this.path);
      return this.hash.digest("hex");
    } catch (error) {
      throw await this.failed(error);
    }
  }

  /** Gives up and leaves no file behind. */
  async discard(): Promise<void> {
    this.archive.destroy();
    await this.written.catch(() => {});
    await this.closed;
    await rm(this.temporary, { force: true });
  }

  private async failed(error: unknown): Promise<ShardError> {
    // What went wrong first is what matters.
    await this.discard().catch(() => {});
    // The archive only says that it was destroyed; the pipeline knows why.
    const cause = this.failure ?? (error as Error);
    return new ShardError(`${this.path}: ${cause.message}`);
  }
}

/** From the paths that a person typed to the files to scan, always in the same order. */
import { open, readdir, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { MediaKind } from "../components/words";
import { headBytes, mediumKind } from "../entrypoints/scan/medium-kind";

export interface FoundFile {
  /** As typed, or below what was typed. */
  file: string;
  /** Absolute path. */
  path: string;
  kind: MediaKind | null;
  /** Why it cannot be scanned. */
  error?: string;
}

export interface FoundMedia {
  files: FoundFile[];
  /** Files in folders that are neither pictures nor videos. */
  skipped: number;
}

/**
 * Folders are walked to their ends, names in code-point order; hidden files and linked folders are
 * left out (a link may lead back). A file that was named itself is always in the answer, with an
 * error where it is missing or no medium. Nothing is listed twice.
 *
 * @param base folder that relative paths start from.
 */
export async function findMedia(paths: string[], base: string): Promise<FoundMedia> {
  const found: FoundMedia = { files: [], skipped: 0 };
  const seen = new Set<string>();
  for (const typed of paths) await visitNamed(typed, resolve(base, typed), found, seen);
  return found;
}

async function visitNamed(
  file: string,
  path: string,
  found: FoundMedia,
  seen: Set<string>,
): Promise<void> {
  try {
    const info = await stat(path);
    if (info.isDirectory()) return await visitFolder(file, path, found, seen);
    if (seen.has(path)) return;
    seen.add(path);
    if (!info.isFile()) {
      found.files.push({ file, path, kind: null, error: "not a file" });
      return;
    }
    const kind = await kindOf(path);
    const error = "neither a picture nor a video";
    found.files.push({ file, path, kind, ...(kind ? {} : { error }) });
  } catch (error) {
    found.files.push({ file, path, kind: null, error: problemOf(error) });
  }
}

async function visitFolder(
  folder: string,
  path: string,
  found: FoundMedia,
  seen: Set<string>,
): Promise<void> {
  const entries = await readdir(path, { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const file = join(folder, entry.name);
    const inner = join(path, entry.name);
    try {
      if (entry.isDirectory()) await visitFolder(file, inner, found, seen);
      else if (!seen.has(inner) && (await stat(inner)).isFile()) {
        const kind = await kindOf(inner);
        if (kind) {
          seen.add(inner);
          found.files.push({ file, path: inner, kind });
        } else {
          // Not marked as seen: where it is named as well, it is answered for.
          found.skipped++;
        }
      }
    } catch (error) {
      // A file or folder that may not be read is a finding, not the end of the walk.
      seen.add(inner);
      found.files.push({ file, path: inner, kind: null, error: problemOf(error) });
    }
  }
}

async function kindOf(path: string): Promise<MediaKind | null> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(headBytes), 0, headBytes, 0);
    return mediumKind(path, buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

function problemOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT" || code === "ENOTDIR") return "there is no such file";
  if (code === "EACCES" || code === "EPERM") return "the file may not be read";
  if (code === "ELOOP") return "the link leads to itself";
  return message;
}

// Folder listings in a stable order, with the paths of records: from the root, separated by `/`.
import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { join } from "node:path";

export interface Listing {
  folders: string[];
  files: string[];
}

/** Names in a folder in code-point order, hidden ones left out; empty if there is no such folder. */
export async function listingOf(root: string, path: string): Promise<Listing> {
  let entries: Dirent[];
  try {
    entries = await readdir(join(root, path), { withFileTypes: true });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return { folders: [], files: [] };
    throw error;
  }
  const listing: Listing = { folders: [], files: [] };
  for (const entry of entries) {
    if (entry.name.startsWith(".")) continue;
    const folder = entry.isSymbolicLink()
      ? await leadsToFolder(join(root, path, entry.name))
      : entry.isDirectory();
    (folder ? listing.folders : listing.files).push(entry.name);
  }
  listing.folders.sort();
  listing.files.sort();
  return listing;
}

/** Big folders are often linked into place; a link that leads nowhere counts as a file. */
async function leadsToFolder(link: string): Promise<boolean> {
  return stat(link).then(
    (info) => info.isDirectory(),
    () => false,
  );
}

/** Every file below a folder, as paths from the root; a link back up is not followed. */
export async function* filesBelow(
  root: string,
  path: string,
  above: readonly string[] = [],
): AsyncGenerator<string> {
  const { folders, files } = await listingOf(root, path);
  for (const file of files) yield within(path, file);
  if (folders.length === 0) return;
  const here = await realpath(join(root, path));
  if (above.includes(here)) return;
  for (const folder of folders) yield* filesBelow(root, within(path, folder), [...above, here]);
}

/** The name in `names` that equals `wanted` but for case. */
export function sameName(names: readonly string[], wanted: string): string | undefined {
  return names.find((name) => name.toLowerCase() === wanted.toLowerCase());
}

export function within(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

/** A name without its last extension. */
export function stemOf(file: string): string {
  const name = file.slice(file.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot > 0 ? name.slice(0, dot) : name;
}

const VIDEO = /\.(mp4|avi|mov|mkv|webm|m4v)$/i;
const PICTURE = /\.(png|jpe?g|webp|bmp)$/i;

export const isVideo = (file: string): boolean => VIDEO.test(file);
export const isPicture = (file: string): boolean => PICTURE.test(file);

/** Frame `003.png` is 3; a picture whose name is no number has none. */
export function frameNumber(file: string): number | undefined {
  const digits = /^(?:frame_?)?(\d+)$/i.exec(stemOf(file))?.[1];
  return digits === undefined ? undefined : Number(digits);
}

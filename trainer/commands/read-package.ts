// Reads a student package from a folder or a `.unmask` file.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { unpackArchive } from "../../model/package/archive";
import { PACKAGE_FILES } from "../../model/package/student";

/** @throws Error if the path holds no package. */
export async function readPackageFiles(path: string): Promise<Map<string, Uint8Array>> {
  const info = await stat(path).catch(() => null);
  if (!info) throw new Error(`there is no package at ${path}`);
  if (info.isFile()) return unpackArchive(new Uint8Array(await readFile(path)));
  const files = new Map<string, Uint8Array>();
  for (const name of PACKAGE_FILES) {
    const bytes = await readFile(join(path, name)).catch(() => null);
    if (bytes) files.set(name, new Uint8Array(bytes));
  }
  return files;
}

/** Whether a package lies there, and no run: a file, or a folder with a card. */
export async function isPackage(path: string): Promise<boolean> {
  const found = (at: string) => stat(at).catch(() => null);
  return (await found(path))?.isFile() || (await found(join(path, "card.json"))) !== null;
}

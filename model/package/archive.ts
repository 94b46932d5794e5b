// A student package as one `.unmask` file: a plain zip of its three files. Sizes are capped before
// anything is inflated, since a package may come from a stranger.
import { unzipSync, zipSync } from "fflate";
import { StudentPackageError } from "./error";
import { PACKAGE_FILES, type PackageFiles } from "./student";

/** A student may weigh 2 MB; ten times that leaves room for a researcher's own. */
export const MAX_ARCHIVE_BYTES = 20 * 1024 * 1024;
const MAX_FILE_BYTES = 20 * 1024 * 1024;

/** @throws StudentPackageError if a file is missing. */
export function packArchive(files: PackageFiles): Uint8Array {
  const entries: Record<string, Uint8Array> = {};
  for (const name of PACKAGE_FILES) {
    const bytes = files.get(name);
    if (!bytes) throw new StudentPackageError(`the package holds no ${name}`);
    entries[name] = bytes;
  }
  // A fixed date makes the same package give the same bytes.
  return zipSync(entries, { level: 6, mtime: "1980-01-01T00:00:00" });
}

/**
 * Unpacks an archive into its files; other entries are ignored and never inflated.
 *
 * @throws StudentPackageError if it is too large, no zip, or inflates beyond the cap.
 */
export function unpackArchive(bytes: Uint8Array): Map<string, Uint8Array> {
  if (bytes.length > MAX_ARCHIVE_BYTES)
    throw new StudentPackageError(`the file is larger than ${MAX_ARCHIVE_BYTES >> 20} MB`);
  const wanted = new Set<string>(PACKAGE_FILES);
  let entries: Record<string, Uint8Array>;
  try {
    // The synchronous form: the other starts workers from blobs, which the extension's CSP forbids.
    // It inflates into a buffer of the declared size, so a lying header cannot exceed the cap.
    entries = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        if (!wanted.has(name)) return false;
        if (originalSize > MAX_FILE_BYTES)
          throw new StudentPackageError(`${name} is larger than ${MAX_FILE_BYTES >> 20} MB`);
        return true;
      },
    });
  } catch (error) {
    if (error instanceof StudentPackageError) throw error;
    throw new StudentPackageError(`the file is no readable package: ${(error as Error).message}`);
  }
  return new Map(Object.entries(entries));
}

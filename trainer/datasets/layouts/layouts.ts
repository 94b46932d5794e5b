// Every layout that the trainer reads, and which of them a folder has.
import { celebDf } from "./celeb-df";
import { deeperForensics } from "./deeperforensics";
import { deepfakeBench } from "./deepfakebench";
import { dfdc } from "./dfdc";
import { dfdcPreview } from "./dfdc-preview";
import { faceForensics } from "./faceforensics";
import { listingOf } from "./listing";
import { manifest } from "./manifest";
import { plain } from "./plain";
import type { Layout } from "./record";
import { DatasetError } from "./report";
import { wildDeepfake } from "./wilddeepfake";

/** From the most telling names to the least. */
export const LAYOUTS: readonly Layout[] = [
  manifest,
  faceForensics,
  celebDf,
  dfdcPreview,
  deeperForensics,
  wildDeepfake,
  deepfakeBench,
  plain,
  dfdc,
];

/** @param id of a layout, or `auto`. @throws DatasetError as `layoutOf`. */
export async function layoutNamed(id: string, root: string): Promise<Layout> {
  const named = LAYOUTS.find((layout) => layout.id === id);
  if (id !== "auto" && !named) throw new RangeError(`there is no layout "${id}"`);
  if (!named) return layoutOf(root);
  await requireContent(root);
  return named;
}

/** @throws DatasetError naming the folder, if it is not there or has none of the layouts. */
export async function layoutOf(root: string): Promise<Layout> {
  await requireContent(root);
  for (const layout of LAYOUTS) if (await layout.recognise(root)) return layout;
  const names = LAYOUTS.map(({ name }) => name).join(", ");
  throw new DatasetError(
    `${root}: not one of the layouts ${names}; is it one folder too high or low?`,
  );
}

async function requireContent(root: string): Promise<void> {
  const { folders, files } = await listingOf(root, "");
  if (folders.length + files.length === 0) {
    throw new DatasetError(`${root}: no such folder, or nothing in it`);
  }
}

// The faces of a data folder as upscaling networks redrew them: shards in a folder beside its own.
import { join } from "node:path";
import type { FaceRow } from "./manifest";
import { shardRows } from "./shard-rows";

/** In the data folder. */
export const REDRAWN_FOLDER = "redrawn";

/**
 * The rows with what networks made of them.
 *
 * @throws Error if nothing was redrawn, or only pictures that are not among the rows.
 */
export async function withRedrawn(folder: string, rows: readonly FaceRow[]): Promise<FaceRow[]> {
  const drawings = await shardRows(join(folder, REDRAWN_FOLDER));
  if (!drawings)
    throw new Error(
      `${folder}: upscaledShare asks for faces that a network redrew, and there are none; ` +
        "`npm run trainer -- redraw` makes them",
    );
  const byOriginal = new Map<string | undefined, FaceRow[]>();
  for (const drawing of drawings.map(fromDataFolder)) {
    const { redrawnOf } = drawing;
    byOriginal.set(redrawnOf, [...(byOriginal.get(redrawnOf) ?? []), drawing]);
  }
  const found = rows.map((row) => {
    const redrawn = byOriginal.get(row.file);
    return redrawn ? { ...row, redrawn } : row;
  });
  if (!found.some(({ redrawn }) => redrawn))
    throw new Error(
      `${join(folder, REDRAWN_FOLDER)}: made from other pictures than are in ${folder} now; ` +
        "remove it and make it again",
    );
  return found;
}

function fromDataFolder({ stored, ...row }: FaceRow): FaceRow {
  if (!stored) return row;
  return { ...row, stored: { ...stored, shard: join(REDRAWN_FOLDER, stored.shard) } };
}

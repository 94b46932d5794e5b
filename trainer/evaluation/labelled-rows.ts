// The pictures that can be measured: those of one split that say what they are.
import { type FaceRow, readManifest } from "../datasets/manifest";

/** @throws Error naming the labelled splits that there are, if this is none of them. */
export async function labelledRows(data: string, split: string): Promise<FaceRow[]> {
  const labelled = (await readManifest(data)).filter(({ label }) => label !== "unlabelled");
  const rows = labelled.filter((row) => row.split === split);
  if (rows.length > 0) return rows;
  const splits = [...new Set(labelled.map((row) => row.split))].sort().join(", ");
  throw new Error(
    `the data in ${data} have no labelled split "${split}"; they have ${splits || "none"}`,
  );
}

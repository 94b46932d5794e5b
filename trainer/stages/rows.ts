// The rows of the data as the training stages read them: checked for what would make every later
// figure a lie.
import { type FaceRow, readManifest } from "../datasets/manifest";

/**
 * @param data folder with `manifest.jsonl`.
 * @throws Error if the data cannot be read, or give one picture two labels or two splits.
 */
export async function stageRows(
  data: string,
  onMessage: (message: string) => void,
): Promise<FaceRow[]> {
  const rows = await readManifest(data);
  requireOneAnswer(rows, data);
  warnOfTornGroups(rows, onMessage);
  return rows;
}

function requireOneAnswer(rows: readonly FaceRow[], data: string): void {
  const seen = new Map<string, FaceRow>();
  for (const row of rows) {
    const before = seen.get(row.file);
    for (const key of ["label", "split"] as const)
      if (before && before[key] !== row[key])
        throw new Error(
          `the data in ${data} contradict themselves: the ${key} of ${row.file} is ` +
            `"${before[key]}" in one line and "${row[key]}" in another`,
        );
    seen.set(row.file, row);
  }
}

/** Some official splits do tear people apart (Celeb-DF's), so this is no error. */
function warnOfTornGroups(rows: readonly FaceRow[], onMessage: (message: string) => void): void {
  const trained = new Set(rows.filter(({ split }) => split === "train").map(({ group }) => group));
  for (const split of ["val", "test"]) {
    const groups = new Set(rows.filter((row) => row.split === split).map(({ group }) => group));
    const torn = [...groups].filter((group) => trained.has(group));
    if (torn.length > 0)
      onMessage(
        `warning: ${torn.length} of ${groups.size} groups of "${split}" are in "train" too ` +
          `(${torn[0]} first); figures on "${split}" will be too good`,
      );
  }
}

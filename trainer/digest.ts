// Names a result by everything that shapes it, so that whoever needs the same shares it, and a change of
// settings never reuses what was made under others.
import { createHash } from "node:crypto";
import type { FaceRow } from "./datasets/manifest";

/** Same bytes for the same value, whatever order its keys were written in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** 12 hexadecimal digits: a table has hundreds of steps and lists of batches, not millions. */
export function shortDigest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 12);
}

/** Of everything that stages read of the rows; where a picture is stored changes nothing. */
export function rowsDigest(rows: readonly FaceRow[]): string {
  const hash = createHash("sha256");
  // Row by row: millions of landmarks do not fit into one string.
  for (const { landmarks, stored: _stored, redrawn, ...row } of rows) {
    hash.update(canonicalJson(row));
    if (landmarks) hash.update(landmarks);
    if (redrawn) hash.update(rowsDigest(redrawn));
  }
  return hash.digest("hex");
}

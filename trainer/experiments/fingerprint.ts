// Names a step of a table by everything that shapes its result, so that experiments which need the
// same step share it, and a change of settings never reuses what was made under others.
import { createHash } from "node:crypto";

/** Same bytes for the same value, whatever order its keys were written in. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === "object" && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/** 12 hexadecimal digits: a table has hundreds of steps, not millions. */
export function shortDigest(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 12);
}

// Splits labelled rows by group: no person, video or pair stands on both sides.
import { createHash } from "node:crypto";
import type { FaceRow } from "./manifest";

export interface Split {
  fit: FaceRow[];
  heldOut: FaceRow[];
}

/** A group's place in the order, the same on every machine and independent of the other rows. */
function rank(group: string, seed: number): string {
  return createHash("sha256").update(`${seed}:${group}`).digest("hex");
}

/**
 * Holds out `share` of the groups of every source (at least one where a source has several), so
 * that each source is measured. Groups shared by sources move together.
 */
export function splitByGroup(rows: readonly FaceRow[], share: number, seed: number): Split {
  const groupsOf = new Map<string, Set<string>>();
  for (const row of rows) {
    const key = `${row.label}/${row.source}`;
    groupsOf.set(key, (groupsOf.get(key) ?? new Set()).add(row.group));
  }
  const heldOutGroups = new Set<string>();
  for (const key of [...groupsOf.keys()].sort()) {
    const groups = [...(groupsOf.get(key) as Set<string>)];
    if (groups.length < 2) continue;
    groups.sort((a, b) => (rank(a, seed) < rank(b, seed) ? -1 : 1));
    const wanted = Math.max(1, Math.round(groups.length * share));
    for (const group of groups.slice(0, wanted)) heldOutGroups.add(group);
  }
  return {
    fit: rows.filter((row) => !heldOutGroups.has(row.group)),
    heldOut: rows.filter((row) => heldOutGroups.has(row.group)),
  };
}

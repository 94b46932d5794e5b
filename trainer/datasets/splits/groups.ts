// Who belongs together: records that share a person, target, source or original, directly or through
// others, are one group, and a group is on one side of every split.

export interface Identified {
  identities: readonly string[];
}

/**
 * Adds `group` to every record: the first identity, in code-point order, of all that hang together.
 *
 * @throws RangeError for a record without identities, which no split could keep apart.
 */
export function assignGroups<T extends Identified>(
  records: readonly T[],
): (T & { group: string })[] {
  const sets = new DisjointSets();
  for (const { identities } of records) {
    const [first, ...others] = identities;
    if (first === undefined) throw new RangeError("a record without identities has no group");
    sets.find(first);
    for (const other of others) sets.union(first, other);
  }
  return records.map((record) => ({ ...record, group: sets.find(record.identities[0] as string) }));
}

/** Union-find with path halving; the root of a set is its smallest member. */
class DisjointSets {
  private readonly parents = new Map<string, string>();

  find(item: string): string {
    let at = item;
    for (;;) {
      const parent = this.parents.get(at) ?? at;
      if (parent === at) break;
      const grandparent = this.parents.get(parent) ?? parent;
      this.parents.set(at, grandparent);
      at = grandparent;
    }
    if (at === item) this.parents.set(item, item);
    return at;
  }

  union(a: string, b: string): void {
    const [low, high] = [this.find(a), this.find(b)].sort() as [string, string];
    this.parents.set(high, low);
  }
}

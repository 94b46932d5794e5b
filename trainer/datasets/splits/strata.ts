// Groups of one kind: the same labels from the same sources. What is drawn from each kind apart is
// stratified by label and source, though a group may hold several of both (a real video and the
// swaps made from it).

export interface GroupSize {
  group: string;
  /** Records in it. */
  size: number;
}

export function strataOf(
  records: readonly { group: string; label: string; source: string }[],
): Map<string, GroupSize[]> {
  const groups = new Map<string, GroupSize & { kinds: Set<string> }>();
  for (const { group, label, source } of records) {
    const own = groups.get(group) ?? { group, size: 0, kinds: new Set() };
    own.size++;
    own.kinds.add(`${source}/${label}`);
    groups.set(group, own);
  }
  const strata = new Map<string, GroupSize[]>();
  for (const { group, size, kinds } of groups.values()) {
    const key = [...kinds].sort().join(" + ");
    const stratum = strata.get(key) ?? [];
    stratum.push({ group, size });
    strata.set(key, stratum);
  }
  return strata;
}

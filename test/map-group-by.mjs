/** Vitest prints failures with Map.groupBy, which Node 20 does not have. Plain JavaScript: our types leave it out. */
Map.groupBy ??= (items, keyOf) => {
  const groups = new Map();
  let index = 0;
  for (const item of items) {
    const key = keyOf(item, index++);
    groups.set(key, [...(groups.get(key) ?? []), item]);
  }
  return groups;
};

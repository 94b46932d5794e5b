// A place for every key, the same on every machine and whatever else is in the list.
import { createHash } from "node:crypto";

/** Hexadecimal, to be compared as text. */
export function rankOf(key: string, seed: number): string {
  return createHash("sha256").update(`${seed}:${key}`).digest("hex");
}

/** The keys in the order of their ranks. */
export function ranked<T>(items: Iterable<T>, keyOf: (item: T) => string, seed: number): T[] {
  return [...items]
    .map((item) => ({ item, rank: rankOf(keyOf(item), seed) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);
}

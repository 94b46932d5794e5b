// A place for every key, the same on every machine and whatever else is in the list.
import { createHash } from "node:crypto";

/** Hexadecimal, to be compared as text. */
export function rankOf(key: string, seed: number): string {
  return createHash("sha256").update(`${seed}:${key}`).digest("hex");
}

/** A number in [0, 1) of the key's own. */
export function uniformOf(key: string, seed: number): number {
  return Number.parseInt(rankOf(key, seed).slice(0, 12), 16) / 2 ** 48;
}

/** The keys in the order of their ranks. */
export function ranked<T>(items: Iterable<T>, keyOf: (item: T) => string, seed: number): T[] {
  return [...items]
    .map((item) => ({ item, rank: rankOf(keyOf(item), seed) }))
    .sort((a, b) => (a.rank < b.rank ? -1 : 1))
    .map(({ item }) => item);
}

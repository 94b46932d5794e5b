// The names of the files that each machine writes, so that all may share a folder.
import type { ShardNumber } from "./assignment";

const digits = (number: number): string => String(number).padStart(5, "0");

export function prefixOf({ index, count }: ShardNumber): string {
  return `faces-${digits(index)}-of-${digits(count)}`;
}

/** Null for other names. */
export function partOf(prefix: string): ShardNumber | null {
  const [, index, count] = /^faces-(\d{5,})-of-(\d{5,})$/.exec(prefix) ?? [];
  return index === undefined ? null : { index: Number(index), count: Number(count) };
}

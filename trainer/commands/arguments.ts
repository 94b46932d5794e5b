// Parsers of command-line values that refuse what makes no sense.
import { InvalidArgumentError } from "commander";
import { parseShard, type ShardNumber } from "../shards/assignment";

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError("a whole number above zero is wanted");
  return value;
}

export function aboveZero(text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new InvalidArgumentError("a number above zero is wanted");
  return value;
}

export function shardNumber(text: string): ShardNumber {
  try {
    return parseShard(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

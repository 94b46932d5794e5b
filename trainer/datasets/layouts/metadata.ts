// Reads the data sets' metadata files; whatever is wrong with one is said with its name.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import * as v from "valibot";
import { DatasetError } from "./report";

/** @throws DatasetError if the file is not there or is not UTF-8 text. */
export async function readText(root: string, path: string): Promise<string> {
  const file = join(root, path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await readFile(file));
  } catch (error) {
    throw new DatasetError(`${file}: ${error instanceof TypeError ? "not text" : String(error)}`);
  }
}

/** @throws DatasetError if the file is no JSON or has another shape, naming the place in it. */
export async function readJson<T>(
  root: string,
  path: string,
  schema: v.GenericSchema<unknown, T>,
): Promise<T> {
  const text = await readText(root, path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new DatasetError(`${join(root, path)}: not valid JSON: ${(error as Error).message}`);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  const place = v.getDotPath(issue);
  throw new DatasetError(`${join(root, path)}: ${place ? `${place}: ` : ""}${issue.message}`);
}

export interface Line {
  number: number;
  text: string;
}

/** The lines that hold anything, trimmed. @throws DatasetError as `readText`. */
export async function readLines(root: string, path: string): Promise<Line[]> {
  const lines = (await readText(root, path)).split(/\r?\n/);
  return lines
    .map((text, index) => ({ number: index + 1, text: text.trim() }))
    .filter(({ text }) => text !== "");
}

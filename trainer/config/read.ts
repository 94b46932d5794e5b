// Reads the configuration: file, then `--set` and the other options over it, then the schema, then
// what the schema cannot say of one knob alone. Whatever is wrong is named by file, line and key.
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import * as v from "valibot";
import { isMap, isScalar, LineCounter, parseDocument } from "yaml";
import { impossible } from "./combinations";
import { ConfigSchema, type TrainerConfig } from "./schema";

/** Knobs given by hand, by their path: `{"pretrain.K": 1024}`. They beat the file. */
export type Overrides = Readonly<Record<string, unknown>>;

/** Everything that is wrong with a configuration, one a line. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

type Tree = { [key: string]: unknown };

interface Source {
  tree: Tree;
  /** Where a key stands, as a person would look it up. */
  place(path: string): string;
}

/**
 * @param file YAML; without one everything is at its default.
 * @throws ConfigError naming the file, the line, the key and what is expected there.
 */
export async function readConfig(
  file: string | undefined,
  overrides: Overrides = {},
): Promise<TrainerConfig> {
  const source = file ? await readSource(file) : { tree: {}, place: () => "" };
  for (const [path, value] of Object.entries(overrides)) put(source.tree, path, value);
  const place = (path: string) =>
    Object.keys(overrides).some((given) => path === given || path.startsWith(`${given}.`))
      ? "given by hand: "
      : source.place(path);
  const result = v.safeParse(ConfigSchema, source.tree);
  if (!result.success) {
    const problems = result.issues.map((issue) => {
      const path = v.getDotPath(issue) ?? "";
      return `${place(path)}${path}${path ? ": " : ""}${explain(issue)}`;
    });
    throw new ConfigError([...new Set(problems)].join("\n"));
  }
  const problems = impossible(result.output);
  if (problems.length > 0)
    throw new ConfigError(
      problems.map(({ path, reason }) => `${place(path)}${path}: ${reason}`).join("\n"),
    );
  return result.output;
}

/** `KEY=VALUE` as the file would have it: the value is YAML. @throws ConfigError if there is no `=`. */
export function parseAssignment(text: string): [path: string, value: unknown] {
  const equals = text.indexOf("=");
  if (equals < 1) throw new ConfigError(`${text}: KEY=VALUE is expected, as in pretrain.K=1024`);
  const document = parseDocument(text.slice(equals + 1));
  const [error] = document.errors;
  if (error) throw new ConfigError(`${text}: ${error.message}`);
  return [text.slice(0, equals).trim(), document.toJS()];
}

async function readSource(file: string): Promise<Source> {
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (error) {
    throw new ConfigError(`${file} cannot be read: ${(error as Error).message}`);
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) throw new ConfigError(`${file}: ${error.message}`);
  const tree = document.toJS() ?? {};
  if (typeof tree !== "object" || Array.isArray(tree))
    throw new ConfigError(`${file}: sections of keys and values are expected`);
  const place = (path: string) => {
    let node: unknown = document.contents;
    let line = 0;
    for (const key of path.split(".")) {
      if (!isMap(node)) break;
      const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
      if (!pair) break;
      const at = isScalar(pair.key) ? pair.key.range?.[0] : undefined;
      if (at !== undefined) line = lines.linePos(at).line;
      node = pair.value;
    }
    return line ? `${file}, line ${line}: ` : `${file}: `;
  };
  return { tree: fromFolderOf(file, withoutNulls(tree as Tree)), place };
}

/** A key with nothing after it means its default. */
function withoutNulls(tree: Tree): Tree {
  return Object.fromEntries(
    Object.entries(tree)
      .filter(([, value]) => value !== null)
      .map(([key, value]) => [key, isTree(value) ? withoutNulls(value) : value]),
  );
}

/** Folders in a file are meant from where the file lies. */
function fromFolderOf(file: string, tree: Tree): Tree {
  const absolute = (value: unknown) =>
    typeof value === "string" && value !== "" ? resolve(dirname(file), value) : value;
  const result = { ...tree };
  if ("run" in result) result.run = absolute(result.run);
  for (const [section, key] of [
    ["data", "folder"],
    ["prepare", "in"],
  ] as const) {
    const inner = result[section];
    if (isTree(inner) && key in inner) result[section] = { ...inner, [key]: absolute(inner[key]) };
  }
  return result;
}

function put(tree: Tree, path: string, value: unknown): void {
  const keys = path.split(".");
  const last = keys.pop() as string;
  let at = tree;
  for (const key of keys) {
    const next = at[key];
    at[key] = isTree(next) ? { ...next } : {};
    at = at[key] as Tree;
  }
  at[last] = value;
}

function isTree(value: unknown): value is Tree {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function explain(issue: v.BaseIssue<unknown>): string {
  if (issue.type === "strict_object" && issue.expected === "never")
    return "there is no such key here";
  if (issue.type === "strict_object" && issue.received === "undefined") return "it is missing";
  return `${issue.message} is expected, not ${JSON.stringify(issue.input) ?? "nothing"}`;
}

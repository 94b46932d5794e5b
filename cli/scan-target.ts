/** What a scan is to look at: files that were found, and addresses that were listed. */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Origin } from "../entrypoints/shared/evidence/evidence";
import { type FoundFile, findMedia } from "./find-media";
import { UsageError } from "./scan-options";

export interface Target extends FoundFile {
  /** Set for a listed address; `path` is then empty until it has been fetched. */
  url?: string;
}

export interface Targets {
  targets: Target[];
  /** Files in folders that are neither pictures nor videos. */
  skipped: number;
}

/** @param base folder that relative paths start from. @throws UsageError for a list that is not there. */
export async function findTargets(
  paths: string[],
  urls: string | undefined,
  base: string,
): Promise<Targets> {
  const { files, skipped } = await findMedia(paths, base);
  const listed = urls === undefined ? [] : listedUrls(await readList(urls, base));
  return { targets: [...files, ...listed.map(urlTarget)], skipped };
}

export function originOf({ file, url }: Target): Origin {
  return url === undefined ? { kind: "file", name: file.slice(0, 1000) } : { kind: "link", url };
}

/** One a line, none twice. */
export function listedUrls(text: string): string[] {
  const lines = text.replace(/^\uFEFF/, "").split(/\r?\n/);
  const urls = lines.map((line) => line.trim()).filter((line) => line !== "" && line[0] !== "#");
  return [...new Set(urls)];
}

/** Longer ones are no addresses, and a report refuses them. */
const maxUrlChars = 8192;

function urlTarget(line: string): Target {
  const url = line.slice(0, maxUrlChars);
  return { file: url, path: "", kind: null, url };
}

async function readList(file: string, base: string): Promise<string> {
  if (file === "-") {
    const chunks: Buffer[] = [];
    for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
    return Buffer.concat(chunks).toString("utf8");
  }
  try {
    return await readFile(resolve(base, file), "utf8");
  } catch (error) {
    throw new UsageError(`The list of addresses cannot be read: ${(error as Error).message}`);
  }
}

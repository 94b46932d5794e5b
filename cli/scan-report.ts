/**
 * Writes the reports of a run from its journal, one record in memory at a time. Each file is written
 * beside its name and put in its place when it is whole.
 */
import { createWriteStream } from "node:fs";
import { rename } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { CaseItem, DetectorFacts } from "../entrypoints/shared/evidence/evidence";
import { csvHead, csvItem } from "../entrypoints/shared/report/csv";
import {
  htmlCase,
  htmlEnd,
  htmlHead,
  htmlItem,
  type OverviewRow,
  overviewRow,
} from "../entrypoints/shared/report/html";
import {
  jsonCaseEnd,
  jsonCaseHead,
  jsonEnd,
  jsonHead,
  jsonItem,
} from "../entrypoints/shared/report/json";
import { reportHead } from "../entrypoints/shared/report/report";
import type { Journal } from "./scan-journal";

export const reportFiles = ["report.html", "report.json", "report.csv"] as const;

/**
 * @param keys of the media in the report, in its order; those not in the journal are passed over.
 * @param tool name and version of what wrote it.
 */
export async function writeReports(
  folder: string,
  journal: Journal,
  keys: readonly string[],
  tool: string,
): Promise<void> {
  const head = reportHead(tool);
  const { case: inCase } = journal;
  const rows: OverviewRow[] = [];
  const detectors = new Map<string, DetectorFacts>();
  for await (const { item, number } of itemsOf(journal, keys)) {
    rows.push(overviewRow(item, number));
    detectors.set(item.evidence.detector.cardSha256, item.evidence.detector);
  }
  const items = () => itemsOf(journal, keys);
  await write(folder, "report.json", async function* () {
    yield jsonHead(head) + jsonCaseHead(inCase, true);
    for await (const { item, number } of items()) yield jsonItem(item, number === 1);
    yield jsonCaseEnd + jsonEnd;
  });
  await write(folder, "report.csv", async function* () {
    yield csvHead();
    for await (const { item } of items()) yield csvItem(inCase, item);
  });
  await write(folder, "report.html", async function* () {
    yield await htmlHead(head, [inCase.title], rows);
    yield htmlCase(inCase, rows.length);
    for await (const { item, number } of items()) yield htmlItem(item, number);
    yield htmlEnd(head, [...detectors.values()]);
  });
}

async function* itemsOf(
  journal: Journal,
  keys: readonly string[],
): AsyncGenerator<{ item: CaseItem; number: number }> {
  let number = 0;
  for (const key of keys) {
    const item = await journal.read(key);
    if (item) yield { item, number: ++number };
  }
}

async function write(
  folder: string,
  name: (typeof reportFiles)[number],
  parts: () => AsyncGenerator<string>,
): Promise<void> {
  const path = join(folder, name);
  const unfinished = `${path}.part`;
  await pipeline(Readable.from(parts()), createWriteStream(unfinished));
  await rename(unfinished, path);
}

/** Runs axe on a page: every rule of WCAG 2.2 A and AA and of good practice. */
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

interface AxeResult {
  violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[];
}

/** What is wrong, one line a finding; empty where nothing is. */
export async function violations(page: Page): Promise<string[]> {
  // Evaluated, not added as a script: the pages' own policy would refuse it, as it should.
  await page.evaluate(await readFile(axePath, "utf8"));
  const { violations: found } = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run(): Promise<AxeResult> } }).axe.run(),
  );
  return found.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${target.join(" ")}: ${failureSummary}`),
  );
}

/** docs/report.md names every field of the schema and every column of the CSV, and no others. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { logitTolerance } from "../../cli/verify-scores";
import { csvColumns } from "../../entrypoints/shared/report/csv";
import { methodLimits } from "../../entrypoints/shared/report/method";
import { parseReport, reportSchema, reportVersion } from "../../entrypoints/shared/report/report";
import { schemaPaths } from "../fixtures/schema-paths";

const docs = join(import.meta.dirname, "..", "..", "docs");
const page = await readFile(join(docs, "report.md"), "utf8");
const spans = (text: string) => [...text.matchAll(/`([^`]*)`/g)].map(([, code]) => code ?? "");
const firstCells = (section: string) =>
  [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => spans(cell ?? ""));

test("the JSON's fields", () => {
  const [, json = ""] = page.split("## The JSON");
  const sections = json.split("## The CSV")[0]?.split("\n### ").slice(1) ?? [];
  const documented = sections.flatMap((section) => {
    const [heading = "", ...rest] = section.split("\n");
    const prefixes = heading.includes("``") ? [""] : spans(heading);
    return prefixes.flatMap((prefix) =>
      firstCells(rest.join("\n")).map(([field = ""]) => [prefix, field].filter(Boolean).join(".")),
    );
  });
  const cells = [...new Set(documented)].toSorted();
  expect(cells).toEqual([...new Set(schemaPaths(reportSchema))].toSorted());
});

test("the CSV's columns, in order or together", () => {
  const [, csv = ""] = page.split("## The CSV");
  const documented = firstCells(csv.slice(csv.indexOf("| column"))).flat();
  expect(documented.toSorted()).toEqual([...csvColumns].toSorted());
});

test("the version and the tolerances", () => {
  expect(page).toContain(`| \`version\` | \`${reportVersion}\` |`);
  const { picture, video, frame } = logitTolerance;
  expect(page).toContain(
    `within ${picture} of the logit for pictures, ${video} for videos, ${frame} for a face in a single frame`,
  );
});

test("the sample report can be read, is small, and says what reports say now", async () => {
  const json = await readFile(join(docs, "sample-report.json"), "utf8");
  const html = await readFile(join(docs, "sample-report.html"), "utf8");
  const report = parseReport(json);
  expect(report.limits).toEqual(methodLimits);
  expect(report.cases.flatMap(({ items }) => items).length).toBeGreaterThanOrEqual(4);
  for (const file of [json, html]) expect(file.length).toBeLessThan(1_000_000);
  expect(html + json).not.toMatch(/\/(work|tmp|home|root)\//);
});

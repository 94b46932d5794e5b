// The folder of `trainer evaluate --out`: figures for programs and people, plots, and the errors.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Evaluation } from "../stages/evaluate";
import { errorSheet } from "./error-sheet";
import { evaluationMarkdown } from "./markdown";
import { reliabilityPlot } from "./plots/reliability";
import { robustnessPlot } from "./plots/robustness";
import { rocPlot } from "./plots/roc";
import { reportJson } from "./report";

/**
 * Writes `report.json`, `report.md`, `errors.html` and as many of `roc.svg`, `reliability.svg` and
 * `robustness.svg` as the split allows. The figures are written first.
 */
export async function writeEvaluation(folder: string, evaluation: Evaluation): Promise<void> {
  const { report } = evaluation;
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "report.json"), reportJson(report));
  const plots = {
    "roc.svg": rocPlot(report),
    "reliability.svg": reliabilityPlot(report),
    "robustness.svg": robustnessPlot(report),
  };
  const drawn = Object.entries(plots).filter(([, svg]) => svg !== null);
  const figures = drawn.map(([name]) => `![${name.replace(".svg", "")}](${name})`).join("\n\n");
  await writeFile(join(folder, "report.md"), `${evaluationMarkdown(report)}\n${figures}\n`);
  for (const [name, svg] of drawn) await writeFile(join(folder, name), svg as string);
  await writeFile(join(folder, "errors.html"), await errorSheet(evaluation));
}

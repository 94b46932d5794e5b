// A shortcut probe as a Markdown table.
import { type BatchProbe, FEATURE_FAMILIES, type FoldedAuc, type SetProbe } from "../stages/probe";
import type { Interval } from "./bootstrap";
import { FOLDS } from "./folds";
import { number, table } from "./markdown";
import { SHORTCUT_LIMIT } from "./shortcut-probe";

export function batchProbeMarkdown({ crops, pseudoFakes, labelled }: BatchProbe): string {
  const row = (name: string, { mean, lowest, highest }: FoldedAuc) => [
    name,
    Number.isFinite(mean) ? `${auc(mean)} (${auc(lowest)}–${auc(highest)})` : "–",
    verdict(mean),
  ];
  return table(
    [
      `${crops} crops of training batches`,
      `AUC of the probe on unseen groups: mean of ${FOLDS} folds, lowest and highest`,
      "",
    ],
    [row("real / own pseudo-fake", pseudoFakes), row("real partner / labelled fake", labelled)],
  );
}

export function setProbeMarkdown({ real, fake, groups, families, all }: SetProbe): string {
  const row = (name: string, interval: Interval) => [
    name,
    number(interval),
    verdict(interval.value),
  ];
  return table(
    [
      `${real} real, ${fake} fake pictures of ${groups} groups`,
      "AUC of the probe on unseen groups",
      "",
    ],
    [
      ...Object.entries(FEATURE_FAMILIES).map(([name, description]) =>
        row(`${name}: ${description}`, families[name as keyof typeof families]),
      ),
      row("all of it", all),
    ],
  );
}

function auc(value: number): string {
  return value.toFixed(2);
}

function verdict(value: number): string {
  if (!Number.isFinite(value)) return "–";
  return value > SHORTCUT_LIMIT ? `over ${SHORTCUT_LIMIT}: a shortcut` : "";
}

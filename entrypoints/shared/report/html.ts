/**
 * The report as one HTML file that asks for nothing: no script, no request, pictures embedded, a
 * policy that forbids the rest. It comes in parts, so that a batch of any length can be written.
 */
import { callWords, counted, title } from "../../../components/words";
import { scoreOf } from "../../../model/calibration/calibration";
import { type Level, levels } from "../../../model/verdict/verdict";
import { oneIn } from "../../options/model-words";
import { mediumOf } from "../cases/brief";
import type { CaseItem, DetectorFacts } from "../evidence/evidence";
import { figure, itemSection, seen, when } from "./html-item";
import { reportStyle } from "./html-style";
import { foreign, html, type Markup, picture } from "./html-text";
import type { Report, ReportCase, ReportHead } from "./report";

/** What the overview says of an item: small, because a batch keeps all of them at once. */
export interface OverviewRow {
  /** In the report, from 1. */
  number: number;
  name: string;
  outcome: Pick<CaseItem["evidence"]["verdict"], "level" | "reason" | "score">;
  call: CaseItem["call"];
  seen: string;
  /** The first digits; the whole hash stands with the item. */
  sha256: string;
  thumbnail?: string | undefined;
}

/** More small pictures than this would make the overview of a batch as large as the rest. */
const mostThumbnails = 500;

export async function htmlReport({ cases, ...head }: Report): Promise<string[]> {
  const items = cases.flatMap((one) => one.items);
  const rows = items.map((item, i) => overviewRow(item, i + 1));
  const parts = [
    await htmlHead(
      head,
      cases.map((one) => one.case.title),
      rows,
    ),
  ];
  let number = 0;
  for (const one of cases) {
    parts.push(htmlCase(one.case, one.items.length));
    for (const item of one.items) parts.push(htmlItem(item, ++number));
  }
  parts.push(htmlEnd(head, distinctDetectors(items)));
  return parts;
}

export function overviewRow({ evidence, call }: CaseItem, number: number): OverviewRow {
  const { level, reason, score } = evidence.verdict;
  return {
    number,
    name: mediumOf(evidence).name,
    outcome: { level, reason, score },
    call,
    seen: seen(evidence),
    sha256: evidence.file?.sha256.slice(0, 12) ?? "",
    thumbnail: number <= mostThumbnails ? evidence.crops[0] : undefined,
  };
}

export function distinctDetectors(items: Iterable<CaseItem>): DetectorFacts[] {
  const known = new Map<string, DetectorFacts>();
  for (const { evidence } of items) {
    if (!known.has(evidence.detector.cardSha256)) {
      known.set(evidence.detector.cardSha256, evidence.detector);
    }
  }
  return [...known.values()];
}

export async function htmlHead(
  head: ReportHead,
  titles: readonly string[],
  rows: readonly OverviewRow[],
): Promise<string> {
  const name = titles.length === 1 ? (titles[0] ?? "") : counted(titles.length, "case");
  const policy = `default-src 'none'; img-src data:; style-src 'sha256-${await styleHash()}'; base-uri 'none'; form-action 'none'`;
  // Inside `title` no element could end the text's direction, so it holds nothing from pages.
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>Unmask report ${head.createdAt.slice(0, 10)}</title>
<style>${reportStyle}</style>
</head>
<body>
${
  html`<header>
<h1>Unmask report</h1>
<p class="lead">${foreign(name)} · ${counted(rows.length, "medium", "media")} · written ${when(head.createdAt)} by ${head.tool}</p>
<p class="lead soft">Signs of manipulated faces in pictures and videos, as looked for on the reviewer's own device. A level is a reason to look closer, not a finding. What the figures mean, and what they cannot mean, stands at the end.</p>
</header>
<main>
${overview(rows)}`.text
}`;
}

export function htmlCase(one: ReportCase["case"], items: number): string {
  return html`
<section class="case">
<h2>${foreign(one.title)}</h2>
<p class="small soft">${counted(items, "medium", "media")} · begun ${when(one.createdAt)} · last changed ${when(one.changedAt)}</p>
${one.notes && html`<p class="text lead" dir="auto">${one.notes}</p>`}
</section>`.text;
}

export function htmlItem(item: CaseItem, number: number): string {
  return itemSection(item, number).text;
}

export function htmlEnd(head: ReportHead, detectors: readonly DetectorFacts[]): string {
  return html`
<section class="case">
<h2>What the levels mean</h2>
${detectors.map(thresholds)}
<h2>What this method cannot know</h2>
<ul class="plain">${head.limits.map((sentence) => html`<li>${sentence}</li>`)}</ul>
<h2>Checking this report</h2>
<p>The same report as JSON can be checked against the files, with Unmask's command line. It computes the hashes and the scores again and says where they differ:</p>
<p class="hash">npm run scan -- --verify report.json FILE…</p>
</section>
</main>
</body>
</html>
`.text;
}

function overview(rows: readonly OverviewRow[]): Markup {
  const strength = ({ outcome: { level } }: OverviewRow) => (level ? levels.indexOf(level) : -1);
  const sorted = rows.toSorted((a, b) => strength(b) - strength(a) || a.number - b.number);
  return html`<h2>Overview</h2>
<div class="scroll" tabindex="0" role="group" aria-label="Overview"><table><thead><tr><th>Picture</th><th>Medium</th><th>Result</th><th class="number">Score</th><th>Reviewer</th><th>Looked at</th><th>SHA-256</th></tr></thead><tbody>
${sorted.map(
  (row) =>
    html`<tr><td>${picture(row.thumbnail, "", "mini")}</td><td><a href="#item-${row.number}">${row.number}. ${foreign(row.name)}</a></td><td>${title(row.outcome)}</td><td class="number">${figure(row.outcome.score)}</td><td>${row.call ? callWords[row.call] : "–"}</td><td>${row.seen}</td><td class="hash">${row.sha256 && `${row.sha256}…`}</td></tr>`,
)}</tbody></table></div>`;
}

const thresholdNames: Record<Exclude<Level, "no-sign">, string> = {
  unsure: "Unclear",
  suspicious: "Some signs",
  strong: "Strong signs",
};

function thresholds(detector: DetectorFacts): Markup {
  const rows = Object.entries(thresholdNames).flatMap(([level, name]) => {
    const threshold = detector.thresholds[level as keyof typeof thresholdNames];
    return threshold ? [{ name, ...threshold }] : [];
  });
  return html`<h3 id="model-${detector.cardSha256}">${detector.model}</h3>
<p class="small soft">SHA-256 of its card: <span class="hash">${detector.cardSha256}</span> · temperature ${detector.temperature}</p>
<div class="scroll" tabindex="0" role="group" aria-label="Thresholds"><table><thead><tr><th>Level</th><th class="number">From score</th><th class="number">From logit</th><th>Ordinary pictures at or above it, when it was chosen</th></tr></thead><tbody>
${rows.map(
  ({ name, logit, falsePositiveRate, realPictures }) =>
    html`<tr><td>${name}</td><td class="number">${figure(scoreOf(logit, detector))}</td><td class="number">${figure(logit)}</td><td>${oneIn(falsePositiveRate)} (${percent(falsePositiveRate)} of ${counted(realPictures, "picture")})</td></tr>`,
)}</tbody></table></div>`;
}

const percent = (rate: number) => `${(rate * 100).toFixed(2)} %`;

/** For the policy: the one style sheet that may apply. */
async function styleHash(): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(reportStyle));
  return btoa(String.fromCharCode(...new Uint8Array(digest)));
}

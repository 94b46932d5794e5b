/** The report's style sheet: on a screen in light and dark, on paper (A4 or Letter) in black on white. */

export const reportStyle = `
:root {
  color-scheme: light dark;
  --surface: light-dark(#fff, #1b2027);
  --sunken: light-dark(#f4f6f8, #14181d);
  --line: light-dark(#dde3e9, #353d48);
  --ink: light-dark(#17202a, #eef2f6);
  --soft: light-dark(#4d5966, #b3bdc9);
  --accent: light-dark(#1c5d78, #7cc4e0);
  --strong: light-dark(#b3261e, #ff9d92);
  --suspicious: light-dark(#8f5200, #f3b562);
  --unsure: light-dark(#5a5f8c, #b6bbf0);
  --no-sign: light-dark(#3e6b5c, #9accb9);
  --none: light-dark(#5c6773, #a5b0bd);
}
* { box-sizing: border-box; }
body {
  margin: 0 auto;
  max-width: 60rem;
  padding: clamp(16px, 4vw, 40px);
  color: var(--ink);
  background: var(--surface);
  font: 400 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  overflow-wrap: anywhere;
}
h1, h2, h3, h4, p, ul, dl, dd, figure { margin: 0; padding: 0; }
h1 { font-size: 1.7rem; line-height: 1.25; }
h2 { margin-top: 2.2rem; font-size: 1.3rem; line-height: 1.3; }
h3 { font-size: 1.1rem; line-height: 1.35; }
h4 { margin: 1.1rem 0 .35rem; font-size: .95rem; }
a { color: var(--accent); }
.soft { color: var(--soft); }
.small { font-size: .85rem; }
.lead { margin-top: .6rem; max-width: 46rem; }
.scroll { overflow-x: auto; margin-top: .5rem; }
.scroll > * { min-width: 34rem; }
.scroll:focus-visible { outline: 2px solid var(--accent); }
table { width: 100%; border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { padding: .35rem .5rem; border-bottom: 1px solid var(--line); text-align: start; vertical-align: top; font-weight: 400; }
th, td { overflow-wrap: break-word; }
td bdi { overflow-wrap: anywhere; }
td:has(bdi) { min-width: 8rem; }
td:has(> a[href^="#item"]) { width: 36%; }
thead th { color: var(--soft); vertical-align: bottom; }
td.number, th.number { text-align: end; white-space: nowrap; }
.scores td, .scores th { white-space: nowrap; }
.item { margin-top: 1.4rem; padding-top: 1.2rem; border-top: 2px solid var(--line); }
.head { display: flex; flex-wrap: wrap; gap: 1rem; align-items: flex-start; }
.head > div { flex: 1 1 18rem; min-width: 0; }
.preview { width: 15rem; max-width: 100%; max-height: 16rem; object-fit: contain; border: 1px solid var(--line); background: var(--sunken); }
.preview.none { display: none; }
.crop { display: block; width: 3.5rem; height: 3.5rem; object-fit: cover; background: var(--sunken); }
.mini { display: block; width: 2.6rem; height: 2.6rem; object-fit: cover; background: var(--sunken); }
.result { display: flex; gap: .5rem; align-items: baseline; margin-top: .5rem; font-weight: 650; }
.dot { flex: none; width: .75rem; height: .75rem; border: 2px solid currentColor; border-radius: 50%; }
.strong .dot, .suspicious .dot { background: currentColor; border-radius: 2px; }
.strong { color: var(--strong); } .suspicious { color: var(--suspicious); }
.unsure { color: var(--unsure); } .no-sign { color: var(--no-sign); } .none { color: var(--none); }
.result b { color: var(--ink); font-weight: 650; }
.call { margin-top: .4rem; padding: .45rem .7rem; border-inline-start: 3px solid var(--accent); background: var(--sunken); }
.facts { display: grid; grid-template-columns: minmax(7rem, 11rem) 1fr; gap: .25rem 1rem; margin-top: .8rem; font-size: .9rem; }
.facts dt { color: var(--soft); }
.hash { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .85em; }
.text { white-space: pre-wrap; overflow: clip; }
.chart { display: block; width: 100%; height: auto; margin-top: .4rem; }
.chart text { fill: var(--soft); font-size: 10px; }
.chart .axis { stroke: var(--line); }
.chart .threshold { stroke: var(--soft); stroke-dasharray: 4 4; }
.chart .score { fill: var(--accent); }
ul.plain { display: grid; gap: .35rem; padding-inline-start: 1.1rem; margin-top: .4rem; }
@media (max-width: 30rem) { .facts { grid-template-columns: 1fr; gap: 0; } .facts dd { margin-bottom: .5rem; } }
@page {
  margin: 16mm 15mm 18mm;
  @bottom-right { content: counter(page) " / " counter(pages); font: 9pt sans-serif; }
}
@media print {
  :root { color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .case { break-before: page; }
  h2, h3, h4 { break-after: avoid; }
  .head, .facts, .call, .chart, tr, li { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  .scroll > * { min-width: 0; }
  .scores td, .scores th { white-space: normal; }
  a { color: inherit; text-decoration: none; }
}
`;

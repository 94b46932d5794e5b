/** The demo page's HTML: a picture book of ordinary and altered faces, each saying which it is. */
import type { DemoMedium } from "./media";

/** @param addressOf a medium's address as the page is to load it. */
export function demoPage(media: DemoMedium[], addressOf: (medium: DemoMedium) => string): string {
  const figures = media.map((medium) => figure(medium, addressOf(medium))).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Unmask: a page to try it on</title>
  <link rel="stylesheet" href="/style.css">
</head>
<body>
  <header>
    <p class="kicker">Unmask · demo page</p>
    <h1>Ordinary faces, and altered ones</h1>
    <p>Every picture below says what it is. The flags on them come from the extension, which looks at
      the pictures alone and does not read these words.</p>
  </header>
  <main>
${figures}
  </main>
  <footer>
    <p>The photographs are works of the United States government in the public domain, or CC0. The
      altered ones were made by this project to test its detector: the people shown never looked like
      that, and none of them has anything to do with Unmask.</p>
    <p>“Drawn small” is a face drawn at 64 × 64 pixels and enlarged, as the first face-swapping
      programs did; “sharp” is one as fine as the picture around it.</p>
  </footer>
</body>
</html>
`;
}

function figure({ kind, title, altered, credit }: DemoMedium, address: string): string {
  const medium =
    kind === "image"
      ? `<img src="${address}" alt="${title}">`
      : `<video src="${address}" autoplay muted loop playsinline aria-label="${title}"></video>`;
  const state = altered
    ? `<span class="state altered">${altered}</span>`
    : `<span class="state">Unaltered</span>`;
  return `    <figure>
      ${medium}
      <figcaption>${state}<b>${title}</b><small>${credit}</small></figcaption>
    </figure>`;
}

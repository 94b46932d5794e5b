/** Reads the picture out of a computed `background-image`, which may have layers and resolutions. */

/** A computed value has absolute addresses in double quotes, with quotes inside escaped. */
const urlPattern = /url\("((?:[^"\\]|\\.)*)"\)(?:\s+([\d.]+)(x|dppx|dpi|dpcm))?/g;

const perDppx: Record<string, number> = { x: 1, dppx: 1, dpi: 96, dpcm: 96 / 2.54 };

/**
 * Address of the picture that is seen, null where there is none: of several layers the topmost, of
 * an `image-set()` the least that is sharp at `pixelRatio`, else its sharpest.
 */
export function backgroundUrl(computed: string, pixelRatio = 1): string | null {
  if (!computed.includes("url(")) return null;
  // `image-set(` is a function of its own, so its first `url(` comes after it.
  const set = computed.indexOf("image-set(");
  const inSet = set !== -1 && set < computed.indexOf("url(");
  let best: { url: string; ratio: number } | null = null;
  for (const [, escaped = "", amount, unit = "x"] of computed.matchAll(urlPattern)) {
    const url = escaped.replace(/\\(.)/g, "$1");
    if (!url) continue;
    if (!inSet) return url;
    const ratio = amount ? Number(amount) / (perDppx[unit] ?? 1) : 1;
    const better =
      !best ||
      (best.ratio < pixelRatio ? ratio > best.ratio : ratio < best.ratio && ratio >= pixelRatio);
    if (better) best = { url, ratio };
  }
  return best?.url ?? null;
}

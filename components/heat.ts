/** Turns the student's coarse map into a translucent overlay that says where in a face the signs are. */
import type { CoarseMap } from "../model/verdict/verdict";

/** Magenta: stands out on every skin tone, and is told from it with any colour vision. */
const rgb = [214, 0, 147] as const;
const strongestAlpha = 190;

/**
 * RGBA pixels of the overlay, `map.width × map.height`, row by row. The scale is the face's own
 * (median cell clear, strongest cell densest): it says *where* signs are, never how strong they are.
 * Returns null where the map is empty, flat or does not fit its size.
 */
export function heatPixels(map: CoarseMap): Uint8ClampedArray<ArrayBuffer> | null {
  const cells = map.width * map.height;
  if (cells < 2 || map.logits.length !== cells) return null;
  const sorted = map.logits.toSorted((a, b) => a - b);
  const median = sorted[cells >> 1] ?? 0;
  const range = (sorted[cells - 1] ?? 0) - median;
  if (!(range > 0)) return null;
  const pixels = new Uint8ClampedArray(cells * 4);
  map.logits.forEach((logit, cell) => {
    const heat = Math.max(0, (logit - median) / range);
    pixels.set([...rgb, strongestAlpha * heat], cell * 4);
  });
  return pixels;
}

/**
 * Bars that stay in place while the page scrolls (headers, players) cover media but not a badge in
 * the top layer. A badge there would seem to belong to the bar, so it moves down or hides.
 */
import { contains, elementsAt, flatParent, rectOf } from "../document-access";
import type { Point, Rect, Size } from "./geometry";

/** Whether an element belongs to such a bar is asked anew after this long. */
const rememberMs = 1000;
const maxNudges = 2;
const gap = 6;

const bars = new WeakMap<Element, { bar: Element | null; until: number }>();

/**
 * Moves a badge out from under bars.
 *
 * @param isOurs our own layer, which is passed over
 * @returns the place, or null where nothing of the medium is free
 */
export function uncovered(
  place: Point,
  badge: Size,
  visible: Rect,
  element: Element,
  isOurs: (element: Element) => boolean,
): Point | null {
  let { y } = place;
  for (let nudges = 0; nudges <= maxNudges; nudges += 1) {
    const top = elementsAt(place.x + badge.width / 2, y + badge.height / 2).find(
      (hit) => !isOurs(hit),
    );
    const bar = top ? barOf(top) : null;
    if (!bar || contains(bar, element)) return { x: place.x, y };
    y = rectOf(bar).bottom + gap;
    if (y + badge.height > visible.y + visible.height) return null;
  }
  return null;
}

function barOf(element: Element): Element | null {
  const now = performance.now();
  const known = bars.get(element);
  if (known && known.until > now) return known.bar;
  let bar: Element | null = null;
  for (let node: Element | null = element; node && !bar; node = flatParent(node)) {
    const { position } = getComputedStyle(node);
    if (position === "fixed" || position === "sticky") bar = node;
  }
  bars.set(element, { bar, until: now + rememberMs });
  return bar;
}

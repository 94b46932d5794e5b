/** Rectangles of media, badges and cards in CSS pixels of the viewport; plain arithmetic. */

export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Size {
  width: number;
  height: number;
}

export interface Point {
  x: number;
  y: number;
}

/** The common part; zero width or height where there is none. */
export function intersect(a: Rect, b: Rect): Rect {
  const x = Math.max(a.x, b.x);
  const y = Math.max(a.y, b.y);
  return {
    x,
    y,
    width: Math.max(0, Math.min(a.x + a.width, b.x + b.width) - x),
    height: Math.max(0, Math.min(a.y + a.height, b.y + b.height) - y),
  };
}

/**
 * Where a replaced element draws its picture, as `object-fit` and `object-position` have it. May be
 * larger than `box` (`cover`, `none`).
 *
 * @param box content box of the element
 * @param natural size of the picture; zero where it is not known, then it fills the box
 * @param fit computed `object-fit`
 * @param position computed `object-position`: two lengths or percentages
 */
export function contentBox(box: Rect, natural: Size, fit: string, position: string): Rect {
  if (natural.width <= 0 || natural.height <= 0 || fit === "fill") return box;
  const contain = Math.min(box.width / natural.width, box.height / natural.height);
  const scale =
    fit === "contain"
      ? contain
      : fit === "cover"
        ? Math.max(box.width / natural.width, box.height / natural.height)
        : fit === "scale-down"
          ? Math.min(1, contain)
          : 1;
  const width = natural.width * scale;
  const height = natural.height * scale;
  const [px = "50%", py = "50%"] = position.match(/calc\([^)]*\)|\S+/g) ?? [];
  return {
    x: box.x + offset(px, box.width - width),
    y: box.y + offset(py, box.height - height),
    width,
    height,
  };
}

/** A percentage is a share of the free space; anything not understood is the middle. */
function offset(value: string, free: number): number {
  const amount = Number.parseFloat(value);
  if (value.endsWith("px") && Number.isFinite(amount)) return amount;
  return (free * (value.endsWith("%") && Number.isFinite(amount) ? amount : 50)) / 100;
}

/** Distance of a badge from the edges of its medium. */
const badgeInset = 8;

/** Top right inside corner of what is visible of a medium; null where a badge has no room. */
export function badgePlace(visible: Rect, badge: Size): Point | null {
  const inset = visible.width >= badge.width + 2 * badgeInset ? badgeInset : 2;
  const fits = visible.width >= badge.width + inset && visible.height >= badge.height + inset;
  if (!fits) return null;
  return { x: visible.x + visible.width - badge.width - inset, y: visible.y + inset };
}

const cardGap = 8;
const cardMargin = 8;

/**
 * Beside the medium, so that the face and what is said of it are seen together; where there is no
 * room, under or over its badge, moved as far as the viewport makes necessary.
 *
 * @param medium its visible part
 */
export function cardPlace(badge: Rect, medium: Rect, card: Size, viewport: Size): Point {
  const right = medium.x + medium.width + cardGap;
  const left = medium.x - cardGap - card.width;
  const lowest = viewport.height - card.height - cardMargin;
  if (right + card.width + cardMargin <= viewport.width) {
    return { x: right, y: clamp(badge.y, lowest) };
  }
  if (left >= cardMargin) return { x: left, y: clamp(badge.y, lowest) };
  const below = badge.y + badge.height + cardGap;
  const above = badge.y - cardGap - card.height;
  const y = below <= lowest || above < cardMargin ? below : above;
  const x = badge.x + badge.width - card.width;
  return { x: clamp(x, viewport.width - card.width - cardMargin), y: clamp(y, lowest) };
}

function clamp(value: number, max: number): number {
  return Math.max(cardMargin, Math.min(value, max));
}

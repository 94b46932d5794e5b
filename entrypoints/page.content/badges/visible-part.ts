/**
 * The part of a medium that can be seen: clipped by the scrollers around it and by the viewport.
 * Which ancestors clip is asked seldom (it needs their styles); where they are, in every frame.
 */
import { flatParent, localNameOf, matches, rectOf } from "../document-access";
import { isImage, isVideo } from "../media/displayed-medium";
import { contentBox, intersect, type Rect } from "./geometry";

export interface Surroundings {
  /** Ancestors that cut off what reaches beyond them. */
  clippers: Element[];
  /** The modal dialog or full-screen element that it is in: all outside that is inert. */
  modal: Element | null;
  /** Computed `object-fit` and `object-position`, for media that have them. */
  fit: { fit: string; position: string } | null;
}

export function surroundingsOf(element: Element): Surroundings {
  const replaced = isImage(element) || isVideo(element);
  const style = getComputedStyle(element);
  return {
    clippers: clippersOf(element, style.position),
    modal: modalAround(element),
    fit: replaced ? { fit: style.objectFit, position: style.objectPosition } : null,
  };
}

/**
 * A box with absolute position is not clipped by ancestors that are static, one with fixed position
 * by none that is not its containing block (CSS Overflow 3, section 3).
 */
function clippersOf(element: Element, ownPosition: string): Element[] {
  const clippers: Element[] = [];
  let position = ownPosition;
  let inner = element;
  for (let node = flatParent(element); node; node = flatParent(node)) {
    if (matches(inner, ":fullscreen, :modal, :popover-open")) break;
    inner = node;
    // The overflow of these two is that of the viewport.
    if (localNameOf(node) === "html" || localNameOf(node) === "body") continue;
    const style = getComputedStyle(node);
    const containsFixed =
      style.transform !== "none" ||
      style.filter !== "none" ||
      style.perspective !== "none" ||
      /paint|strict|content|layout/.test(style.contain);
    const isContaining =
      containsFixed ||
      (position === "absolute" && style.position !== "static") ||
      (position !== "absolute" && position !== "fixed");
    if (!isContaining) continue;
    const clips =
      style.overflowX !== "visible" ||
      style.overflowY !== "visible" ||
      style.clipPath !== "none" ||
      /paint|strict|content/.test(style.contain);
    if (clips && style.display !== "inline" && style.display !== "contents") clippers.push(node);
    position = style.position;
  }
  return clippers;
}

function modalAround(element: Element): Element | null {
  for (let node = flatParent(element); node; node = flatParent(node)) {
    if (matches(node, ":modal, :fullscreen")) return node;
  }
  return null;
}

/** In CSS pixels of the viewport; zero width or height where nothing of it can be seen. */
export function visiblePart(element: Element, { clippers, fit }: Surroundings): Rect {
  let visible = pictureRect(element, fit);
  for (const clipper of clippers) visible = intersect(visible, rectOf(clipper));
  return intersect(visible, { x: 0, y: 0, width: innerWidth, height: innerHeight });
}

/** Where its picture is drawn, cut to the element: without the bars beside a film. */
export function pictureRect(element: Element, fit: Surroundings["fit"]): Rect {
  const box = rectOf(element);
  if (!fit || fit.fit === "fill") return box;
  return intersect(box, contentBox(box, naturalSize(element), fit.fit, fit.position));
}

function naturalSize(element: Element) {
  if (isImage(element)) return { width: element.naturalWidth, height: element.naturalHeight };
  if (isVideo(element)) return { width: element.videoWidth, height: element.videoHeight };
  return { width: 0, height: 0 };
}

/**
 * All media of the document in one go, for what a person asks: everything, the one with an address,
 * the one in view. The finder beside it works on its own account and in idle time.
 */

import { maxUrlChars } from "../../shared/messages";
import { intersect } from "../badges/geometry";
import { pictureRect } from "../badges/visible-part";
import { attributeOf, contains, localNameOf, rectOf, walkElements } from "../document-access";
import { type DisplayedMedium, readMedium } from "./displayed-medium";
import { shadowRootOf } from "./shadow-root";

/** Elements that show pictures or videos, in document order, through shadow roots. */
export function* allMedia(root: Document | ShadowRoot = document): Generator<Element> {
  const walker = walkElements(root);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node as Element;
    const name = localNameOf(element);
    const isMedium = name === "img" || name === "video" || name === "image";
    if (isMedium || attributeOf(element, "style")?.includes("url(")) yield element;
    const inner = isMedium ? null : shadowRootOf(element);
    if (inner) yield* allMedia(inner);
  }
}

/** CSS pixels squared of it that lie in the viewport; what covers it is not asked. */
export function areaInView(element: Element): number {
  const viewport = { x: 0, y: 0, width: innerWidth, height: innerHeight };
  const { width, height } = intersect(pictureRect(element, null), viewport);
  return width * height;
}

interface FoundAt {
  element: Element;
  medium: DisplayedMedium;
  visibleArea: number;
}

/** The element that shows an address, given whole or as its beginning; of several the one most in view. */
export function mediumAt(url: string, kind: DisplayedMedium["kind"]): FoundAt | null {
  let best: FoundAt | null = null;
  for (const element of allMedia()) {
    const reading = readMedium(element);
    if (reading.state !== "shown" || reading.medium.kind !== kind) continue;
    if (reading.medium.url.slice(0, maxUrlChars) !== url) continue;
    const visibleArea = areaInView(element);
    if (!best || visibleArea > best.visibleArea) {
      best = { element, medium: reading.medium, visibleArea };
    }
  }
  return best;
}

/** Whether the keyboard focus is on it, or on a link or control that holds it. */
export function hasFocus(element: Element, focused: Element | null): boolean {
  if (!focused) return false;
  if (element === focused) return true;
  // A focused dialog or page body holds everything, and means nothing by it.
  const { width, height } = rectOf(focused);
  const own = rectOf(element);
  return contains(focused, element) && own.width * own.height * 4 >= width * height;
}

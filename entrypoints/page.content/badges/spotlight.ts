/** A ring around a medium for a moment, so that eyes that come from the side panel find it. */
import { createElement, isConnected } from "../document-access";
import type { Rect } from "./geometry";
import type { Layer } from "./layer";
import { surroundingsOf, visiblePart } from "./visible-part";

/** As long as a smooth scroll and a glance take. */
const shownMs = 2500;

export class Spotlight {
  private readonly ring = createElement("div");
  private readonly timer: ReturnType<typeof setTimeout>;
  private shown: Rect | null = null;

  /** @param ended called when its time is over */
  constructor(
    private readonly layer: Layer,
    private readonly element: Element,
    ended: () => void,
  ) {
    this.ring.className = "spotlight";
    this.ring.hidden = true;
    layer.add(this.ring);
    this.timer = setTimeout(() => {
      this.remove();
      ended();
    }, shownMs);
  }

  /** @returns whether it moved */
  place(): boolean {
    if (!isConnected(this.element)) return false;
    const next = visiblePart(this.element, surroundingsOf(this.element));
    const { shown, ring } = this;
    if (shown && same(shown, next)) return false;
    this.shown = next;
    ring.hidden = next.width === 0 || next.height === 0;
    ring.style.transform = `translate(${Math.round(next.x)}px, ${Math.round(next.y)}px)`;
    ring.style.width = `${Math.round(next.width)}px`;
    ring.style.height = `${Math.round(next.height)}px`;
    return true;
  }

  remove(): void {
    clearTimeout(this.timer);
    this.layer.remove(this.ring);
  }
}

function same(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

/** A ring around a medium for a moment, so that eyes that come from the side panel find it. */
import { createElement, isConnected } from "../document-access";
import type { Rect } from "./geometry";
import type { Layer } from "./layer";
import { surroundingsOf, visiblePart } from "./visible-part";

/** From its first sight, so that a long way to scroll does not use it up; and for that at most. */
const shownMs = 2500;
const scrollMs = 8000;

export class Spotlight {
  private readonly ring = createElement("div");
  private timer: ReturnType<typeof setTimeout>;
  private shown: Rect | null = null;
  private seen = false;

  /** @param ended called when its time is over */
  constructor(
    private readonly layer: Layer,
    private readonly element: Element,
    private readonly ended: () => void,
  ) {
    this.ring.className = "spotlight";
    this.ring.hidden = true;
    layer.add(this.ring);
    this.timer = this.endIn(scrollMs);
  }

  /** @returns whether it moved */
  place(): boolean {
    if (!isConnected(this.element)) return false;
    const next = visiblePart(this.element, surroundingsOf(this.element));
    const { shown, ring } = this;
    if (shown && same(shown, next)) return false;
    this.shown = next;
    const isInSight = next.width > 0 && next.height > 0;
    if (isInSight && !this.seen) {
      this.seen = true;
      clearTimeout(this.timer);
      this.timer = this.endIn(shownMs);
    }
    ring.hidden = !isInSight;
    ring.style.transform = `translate(${Math.round(next.x)}px, ${Math.round(next.y)}px)`;
    ring.style.width = `${Math.round(next.width)}px`;
    ring.style.height = `${Math.round(next.height)}px`;
    return true;
  }

  private endIn(ms: number): ReturnType<typeof setTimeout> {
    return setTimeout(() => {
      this.remove();
      this.ended();
    }, ms);
  }

  remove(): void {
    clearTimeout(this.timer);
    this.layer.remove(this.ring);
  }
}

function same(a: Rect, b: Rect): boolean {
  return a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

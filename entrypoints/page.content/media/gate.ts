/**
 * Lets only those elements through that are worth a look: near the viewport, rendered, and large
 * enough. The browser does the watching; an element that stays outside costs nothing here.
 */
import { isLargeEnough, isRendered } from "./displayed-medium";

/**
 * How far outside the viewport, or outside a scroller in it, the near zone reaches. Half a screen
 * is what a person scrolls while one picture is scanned.
 */
const nearMargin = "50% 25%";

/** Elements that fade in are looked at again this often while they are near, then no more. */
const hiddenRetryMs = 700;
const hiddenRetries = 20;

export interface GateListener {
  /** Near, rendered and large enough; again whenever it may have become so anew. */
  entered(element: Element): void;
  /** Came into the viewport or went out of it, of those that entered. */
  visible(element: Element): void;
  /** Out of the near zone, or no longer rendered at a useful size. */
  left(element: Element): void;
}

export class Gate {
  private readonly near: IntersectionObserver;
  private readonly inView: IntersectionObserver;
  private readonly sizes: ResizeObserver;
  /** Elements in the near zone, and whether they were let through. */
  private readonly nearby = new Map<Element, boolean>();
  private readonly visibleNow = new Set<Element>();
  private readonly watched = new WeakSet<Element>();
  private readonly hidden = new Map<Element, number>();
  private retryTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly listener: GateListener,
    signal: AbortSignal,
  ) {
    // `scrollMargin` does for nested scrollers what `rootMargin` does for the viewport.
    const margins = { rootMargin: nearMargin, scrollMargin: nearMargin };
    this.near = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of latest(entries)) {
        if (isIntersecting) this.cameNear(target);
        else this.wentAway(target);
      }
    }, margins);
    this.inView = new IntersectionObserver((entries) => {
      for (const { target, isIntersecting } of latest(entries)) {
        if (isIntersecting) this.visibleNow.add(target);
        else this.visibleNow.delete(target);
        if (this.nearby.get(target)) this.listener.visible(target);
      }
    });
    this.sizes = new ResizeObserver((entries) => {
      for (const { target } of entries) this.check(target);
    });
    signal.addEventListener("abort", () => {
      this.near.disconnect();
      this.inView.disconnect();
      this.sizes.disconnect();
      if (this.retryTimer) clearTimeout(this.retryTimer);
    });
  }

  watch(element: Element): void {
    if (this.watched.has(element)) return;
    this.watched.add(element);
    this.near.observe(element);
  }

  /** Its source changed: one that is through enters again. */
  recheck(element: Element): void {
    if (this.nearby.has(element)) this.check(element);
  }

  /** What is allowed has changed. */
  recheckAll(): void {
    for (const element of [...this.nearby.keys()]) this.check(element);
  }

  isVisible(element: Element): boolean {
    return this.visibleNow.has(element);
  }

  /** 0 in view, 1 near, 2 neither or not let through. */
  zone(element: Element): 0 | 1 | 2 {
    if (!this.nearby.get(element)) return 2;
    return this.visibleNow.has(element) ? 0 : 1;
  }

  private cameNear(element: Element): void {
    if (this.nearby.has(element)) return;
    this.nearby.set(element, false);
    this.inView.observe(element);
    // The border box: backgrounds often stand on boxes of padding alone.
    this.sizes.observe(element, { box: "border-box" });
    this.check(element);
  }

  private wentAway(element: Element): void {
    const through = this.nearby.get(element);
    this.nearby.delete(element);
    this.visibleNow.delete(element);
    this.hidden.delete(element);
    this.inView.unobserve(element);
    this.sizes.unobserve(element);
    if (through) this.listener.left(element);
  }

  private check(element: Element): void {
    if (!this.nearby.has(element)) return;
    const useful = isLargeEnough(element);
    const rendered = useful && isRendered(element);
    if (useful && !rendered) this.retryLater(element);
    if (rendered) {
      this.hidden.delete(element);
      this.nearby.set(element, true);
      this.listener.entered(element);
    } else if (this.nearby.get(element)) {
      this.nearby.set(element, false);
      this.listener.left(element);
    }
  }

  /** No event tells that an element has become opaque. */
  private retryLater(element: Element): void {
    const tries = this.hidden.get(element) ?? 0;
    if (tries >= hiddenRetries) return;
    this.hidden.set(element, tries + 1);
    this.retryTimer ??= setTimeout(() => {
      this.retryTimer = null;
      for (const waiting of [...this.hidden.keys()]) this.check(waiting);
    }, hiddenRetryMs);
  }
}

/** An element may have several entries in one batch; the last one counts. */
function latest(entries: IntersectionObserverEntry[]): Iterable<IntersectionObserverEntry> {
  return new Map(entries.map((entry) => [entry.target, entry])).values();
}

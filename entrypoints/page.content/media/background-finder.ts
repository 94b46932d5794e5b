/**
 * Finds large elements in view whose picture comes from a style sheet. Asking every element for its
 * style would be dear, so a coarse grid of points is asked instead: what is large enough to matter
 * lies under one of them.
 */
import { elementsAt, isConnected, rectOf } from "../document-access";
import { backgroundUrl } from "./background-image";
import { IdleWork } from "./idle-work";

/** Distance of the points; also the least side that is sure to be found. */
const gridPx = 96;
/** A background is worth a look from this short side on: smaller ones are icons and textures. */
const minBackgroundPx = 96;
/** After the page has come to rest. */
const restMs = 300;
/** Styles asked in one pass at most; deeply nested pages have hundreds under each point. */
const maxElementsPerPass = 1500;

export class BackgroundFinder {
  private readonly work: IdleWork;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private points: [number, number][] = [];
  private readonly seenInPass = new Set<Element>();

  /** @param found called for each element that has a background picture, in every pass again */
  constructor(
    private readonly found: (element: Element) => void,
    private readonly signal: AbortSignal,
  ) {
    this.work = new IdleWork(() => this.step(), signal);
    signal.addEventListener("abort", () => {
      if (this.timer) clearTimeout(this.timer);
    });
  }

  /** Looks once more, as soon as nothing has asked for it for a moment. */
  lookSoon(): void {
    if (this.signal.aborted) return;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.timer = null;
      this.points = gridOf(innerWidth, innerHeight);
      this.seenInPass.clear();
      this.work.wake();
    }, restMs);
  }

  private step(): boolean {
    const point = this.points.pop();
    if (!point) {
      this.seenInPass.clear();
      return false;
    }
    for (const element of elementsAt(...point)) {
      if (this.seenInPass.has(element) || this.seenInPass.size >= maxElementsPerPass) continue;
      this.seenInPass.add(element);
      if (isConnected(element) && hasLargeBackground(element)) this.found(element);
    }
    return true;
  }
}

function hasLargeBackground(element: Element): boolean {
  if (element.localName === "img" || element.localName === "video") return false;
  if (!backgroundUrl(getComputedStyle(element).backgroundImage)) return false;
  const { width, height } = rectOf(element);
  return Math.min(width, height) >= minBackgroundPx;
}

/** Points in the middle of the cells of a grid over the viewport. */
export function gridOf(width: number, height: number): [number, number][] {
  const columns = Math.min(40, Math.max(1, Math.ceil(width / gridPx)));
  const rows = Math.min(40, Math.max(1, Math.ceil(height / gridPx)));
  const points: [number, number][] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      points.push([((column + 0.5) * width) / columns, ((row + 0.5) * height) / rows]);
    }
  }
  return points;
}

/**
 * Lets the person draw a rectangle on the page, with the pointer or the keyboard, for media that
 * cannot be read any other way. The overlay stands in our layer, out of the page's reach, and is
 * gone from the screen before the answer goes out: it must not be in the picture.
 */
import type { Region } from "../../shared/messages";
import type { Rect } from "../badges/geometry";
import { Layer } from "../badges/layer";
import { activeElement } from "../document-access";
import { RegionOverlay } from "./region-overlay";

/** One overlay a page: a second request calls the first one off. */
let current: AbortController | null = null;

/** Calls off the selection under way. */
export function cancelRegion(): void {
  current?.abort();
}

/** Null where the person called it off, or the page went. */
export async function selectRegion(pageSignal: AbortSignal): Promise<Region | null> {
  cancelRegion();
  const over = new AbortController();
  current = over;
  const signal = AbortSignal.any([over.signal, pageSignal]);
  const layer = new Layer(signal);
  const focused = activeElement();
  const frame = await new Promise<Rect | null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null));
    const overlay = new RegionOverlay(resolve);
    layer.add(overlay.element);
    // Undoes a zoom of the page's root.
    layer.keep(null);
    overlay.focus();
  });
  // Takes the layer out of the page.
  over.abort();
  if (current === over) current = null;
  if (focused instanceof HTMLElement) focused.focus({ preventScroll: true });
  if (!frame) return null;
  await painted();
  return inCapture(frame);
}

/** A hidden page draws no frames; what is captured then is refused anyway. */
const paintDeadlineMs = 500;

/** Two frames: the first one draws the page without the overlay, the second one follows it. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
    setTimeout(resolve, paintDeadlineMs);
  });
}

/** From the layout viewport to what is seen of it, where the page is pinched larger. */
function inCapture({ x, y, width, height }: Rect): Region {
  const { offsetLeft = 0, offsetTop = 0, scale = 1 } = visualViewport ?? {};
  return {
    x: Math.max(0, (x - offsetLeft) * scale),
    y: Math.max(0, (y - offsetTop) * scale),
    width: width * scale,
    height: height * scale,
    viewportWidth: innerWidth,
  };
}

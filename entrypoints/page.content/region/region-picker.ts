/**
 * Lets the person draw a rectangle on the page, with the pointer or the keyboard, for media that
 * cannot be read any other way. The overlay stands in our layer, out of the page's reach, and is
 * gone from the screen before the answer goes out: it must not be in the picture.
 */

import type { Region } from "../../shared/messages";
import type { Rect } from "../badges/geometry";
import { Layer } from "../badges/layer";
import { createElement, listen } from "../document-access";
import { afterKey, minSidePx, spanned } from "./frame-keys";

const words =
  "Draw a rectangle around the picture. With the keyboard: arrow keys move the frame, Shift and arrow keys change its size, Enter checks it, Escape leaves.";

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
  const overlay = createElement("div");
  const picked = await new Promise<Rect | null>((resolve) => {
    signal.addEventListener("abort", () => resolve(null));
    fill(overlay, resolve, signal);
    layer.add(overlay);
    layer.keep(null);
    overlay.focus({ preventScroll: true });
  });
  over.abort();
  layer.remove(overlay);
  if (current === over) current = null;
  if (!picked) return null;
  await painted();
  return inCapture(picked);
}

function fill(overlay: HTMLElement, answer: (rect: Rect | null) => void, signal: AbortSignal) {
  const size = viewport();
  let frame: Rect = {
    x: Math.round(size.width / 4),
    y: Math.round(size.height / 4),
    width: Math.round(size.width / 2),
    height: Math.round(size.height / 2),
  };
  overlay.className = "region";
  overlay.tabIndex = 0;
  overlay.setAttribute("role", "dialog");
  overlay.setAttribute("aria-modal", "true");
  overlay.setAttribute("aria-label", "Unmask: select a part of the page");
  const box = part("region-frame");
  const bar = part("region-bar");
  const hint = part("region-words");
  hint.id = "region-words";
  hint.textContent = words;
  overlay.setAttribute("aria-describedby", hint.id);
  const take = button("Check the frame", "region-take", () => answer(frame));
  const leave = button("Cancel", "", () => answer(null));
  bar.append(hint, take, leave);
  overlay.append(box, bar);

  const draw = (next: Rect) => {
    frame = next;
    box.style.transform = `translate(${frame.x}px, ${frame.y}px)`;
    box.style.width = `${frame.width}px`;
    box.style.height = `${frame.height}px`;
  };
  draw(frame);

  listen(
    overlay,
    ["keydown"],
    (event) => {
      const { key, target } = event as KeyboardEvent;
      if (key === "Escape") answer(null);
      // On a button Enter presses the button.
      else if (key === "Enter" && target === overlay) answer(frame);
      else {
        const next = afterKey(frame, event as KeyboardEvent, viewport());
        if (next) draw(next);
      }
    },
    signal,
  );
  let start: { x: number; y: number } | null = null;
  const pointer = (event: Event) => event as PointerEvent;
  listen(
    overlay,
    ["pointerdown"],
    (event) => {
      const { clientX: x, clientY: y, button: pressed, pointerId, target } = pointer(event);
      if (pressed !== 0 || bar.contains(target as Node)) return;
      start = { x, y };
      overlay.setPointerCapture(pointerId);
      overlay.classList.toggle("low", y < 120);
    },
    signal,
  );
  const drawn = (event: Event) => {
    const { clientX, clientY } = pointer(event);
    return start && spanned(start.x, start.y, clientX, clientY, viewport());
  };
  listen(
    overlay,
    ["pointermove"],
    (event) => {
      const next = drawn(event);
      if (next) draw(next);
    },
    signal,
  );
  listen(
    overlay,
    ["pointerup"],
    (event) => {
      const next = drawn(event);
      start = null;
      // A click, or a slip of the hand, means nothing.
      if (next && next.width >= minSidePx && next.height >= minSidePx) answer(next);
    },
    signal,
  );
  listen(
    overlay,
    ["pointercancel"],
    () => {
      start = null;
    },
    signal,
  );
}

function part(name: string): HTMLElement {
  const element = createElement("div");
  element.className = name;
  return element;
}

function button(name: string, kind: string, press: () => void): HTMLElement {
  const element = createElement("button");
  element.type = "button";
  element.className = kind;
  element.textContent = name;
  element.addEventListener("click", (event) => {
    if (event.isTrusted) press();
  });
  return element;
}

const viewport = () => ({ width: innerWidth, height: innerHeight });

/** Two frames: the first one draws the page without the overlay, the second one follows it. */
function painted(): Promise<void> {
  return new Promise((resolve) =>
    requestAnimationFrame(() => requestAnimationFrame(() => resolve())),
  );
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

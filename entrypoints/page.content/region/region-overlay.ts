/** The overlay on which a rectangle is drawn: dims the page, follows pointer and keys, answers once. */
import type { Rect } from "../badges/geometry";
import { createElement } from "../document-access";
import { afterKey, minSidePx, spanned } from "./frame-keys";

const words =
  "Draw a rectangle around the picture. Keys: arrows move the frame, with Shift they change its size, Enter checks it, Escape leaves.";

export class RegionOverlay {
  readonly element = createElement("div");
  private readonly box = part("region-frame");
  private readonly bar = part("region-bar");
  private readonly buttons: HTMLElement[];
  private frame: Rect = middle();
  /** Where the pointer went down. */
  private start: { x: number; y: number } | null = null;

  /** @param answer called with the rectangle in CSS pixels of the viewport, or null: called off */
  constructor(private readonly answer: (frame: Rect | null) => void) {
    const { element, bar } = this;
    element.className = "region";
    element.tabIndex = 0;
    element.setAttribute("role", "dialog");
    element.setAttribute("aria-modal", "true");
    element.setAttribute("aria-label", "Unmask: select a part of the page");
    element.setAttribute("aria-description", words);
    const hint = part("region-words");
    hint.textContent = words;
    this.buttons = [
      button("Check the frame", "region-take", () => answer(this.frame)),
      button("Cancel", "", () => answer(null)),
    ];
    bar.append(hint, ...this.buttons);
    element.append(this.box, bar);
    this.draw(this.frame);
    this.on("keydown", (event) => this.key(event));
    this.on("pointerdown", (event) => this.down(event));
    this.on("pointermove", (event) => {
      if (this.start) this.draw(this.drawn(event));
    });
    this.on("pointerup", (event) => this.up(event));
    this.on("pointercancel", () => this.release());
  }

  focus(): void {
    this.element.focus({ preventScroll: true });
  }

  /** Events that scripts make are left out: the page must not choose what is looked at. */
  private on<K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
  ): void {
    this.element.addEventListener(type, (event) => {
      if (event.isTrusted) listener(event);
    });
  }

  private key(event: KeyboardEvent): void {
    const { key, target } = event;
    const next = afterKey(this.frame, event, viewport());
    if (key === "Escape") this.answer(null);
    else if (key === "Tab") this.moveFocus(target, event.shiftKey ? -1 : 1);
    else if (next) this.draw(next);
    // On a button Enter presses the button.
    else if (key === "Enter" && target === this.element) this.answer(this.frame);
    else return;
    // Arrows would scroll the page, and Escape close its own dialog.
    event.preventDefault();
  }

  /** The page behind is out of reach, as behind any modal dialog. */
  private moveFocus(from: EventTarget | null, step: number): void {
    const stops = [this.element, ...this.buttons];
    const at = stops.findIndex((stop) => stop === from);
    stops[(at + step + stops.length) % stops.length]?.focus({ preventScroll: true });
  }

  private down({ clientX: x, clientY: y, button: pressed, pointerId, target }: PointerEvent): void {
    if (pressed !== 0 || this.buttons.some((one) => one === target)) return;
    this.start = { x, y };
    this.element.setPointerCapture(pointerId);
    this.element.classList.add("drawing");
  }

  private up(event: PointerEvent): void {
    if (!this.start) return;
    const frame = this.drawn(event);
    this.release();
    // A click, or a slip of the hand, means nothing.
    if (frame.width >= minSidePx && frame.height >= minSidePx) this.answer(frame);
  }

  private release(): void {
    this.start = null;
    this.element.classList.remove("drawing");
  }

  private drawn({ clientX, clientY }: PointerEvent): Rect {
    const { x, y } = this.start ?? { x: clientX, y: clientY };
    return spanned(x, y, clientX, clientY, viewport());
  }

  private draw(frame: Rect): void {
    this.frame = frame;
    const { style } = this.box;
    style.transform = `translate(${frame.x}px, ${frame.y}px)`;
    style.width = `${frame.width}px`;
    style.height = `${frame.height}px`;
  }
}

const viewport = () => ({ width: innerWidth, height: innerHeight });

/** What the keyboard begins with. */
function middle(): Rect {
  const { width, height } = viewport();
  return {
    x: Math.round(width / 4),
    y: Math.round(height / 4),
    width: Math.round(width / 2),
    height: Math.round(height / 2),
  };
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

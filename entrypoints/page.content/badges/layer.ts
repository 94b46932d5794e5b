/**
 * Our one element in the page: a popover in the top layer with a closed shadow root. It is there
 * only while there is something to show, and it comes back when the page takes it away.
 */
import cardStyles from "../../../components/card.css?inline";
import { createElement, documentElement, isConnected } from "../document-access";
import { shadowRootOf } from "../media/shadow-root";
import regionStyles from "../region/region.css?inline";
import badgeStyles from "./badge.css?inline";

/** A page that fights back costs at most this many repairs in a window, then we wait for the next. */
const maxRepairs = 20;
const repairWindowMs = 5000;

/** Ours end here: a page's key bindings and click handlers are not meant for our buttons. */
const contained = [
  ...["click", "dblclick", "auxclick", "contextmenu", "wheel"],
  ...["pointerdown", "pointerup", "mousedown", "mouseup", "touchstart", "touchend"],
  ...["keydown", "keypress", "keyup", "focusin", "focusout", "input", "change"],
];

export class Layer {
  readonly host = createElement("div");
  private readonly root: ShadowRoot;
  /** Undoes a `zoom` of the page's root, which would move and size everything of ours. */
  private readonly zoomSheet = new CSSStyleSheet();
  private zoom = 1;
  private repairs: number[] = [];
  private wanted = false;
  /** Where it stands while a modal is open. */
  private parent: Element | ShadowRoot | null = null;

  constructor(signal: AbortSignal) {
    this.root = this.host.attachShadow({ mode: "closed" });
    // Constructed sheets are not subject to the page's content-security policy.
    const sheets = [badgeStyles, cardStyles, regionStyles].map(styleSheet);
    this.root.adoptedStyleSheets = [...sheets, this.zoomSheet];
    for (const type of contained) {
      this.root.addEventListener(type, (event) => event.stopPropagation(), { passive: true });
    }
    signal.addEventListener("abort", () => this.hide());
  }

  add(element: HTMLElement): void {
    this.root.append(element);
    this.wanted = true;
    if (!isConnected(this.host)) this.show();
  }

  /** Takes the whole layer out of the page with its last element. */
  remove(element: HTMLElement): void {
    element.remove();
    if (this.root.childElementCount === 0) this.hide();
  }

  /** The focused element of ours. */
  get focused(): Element | null {
    return this.root.activeElement;
  }

  /** Above everything that has come to the top layer since. */
  raise(): void {
    if (!this.wanted || !this.mayRepair()) return;
    try {
      if (this.host.matches(":popover-open")) this.host.hidePopover();
      this.host.showPopover();
    } catch {
      // Taken out of the page at this very moment; `keep` puts it back.
    }
  }

  /**
   * Puts right what the page has changed about our element.
   *
   * @param modal the dialog or full-screen element whose media are badged: outside it a badge could
   *   not be clicked. Null where there is none.
   */
  keep(modal: Element | null): void {
    if (!this.wanted) return;
    this.parent = modal ? (shadowRootOf(modal) ?? modal) : null;
    this.undoZoom(modal ?? documentElement());
    const inPlace = isConnected(this.host) && this.host.parentNode === this.parentNow();
    const untouched =
      this.host.attributes.length === 1 && this.host.getAttribute("popover") === "manual";
    if (inPlace && untouched && this.host.matches(":popover-open")) return;
    if (!this.mayRepair()) return;
    this.show();
  }

  private show(): void {
    for (const { name } of [...this.host.attributes]) {
      if (name !== "popover") this.host.removeAttribute(name);
    }
    this.host.popover = "manual";
    const parent = this.parentNow();
    if (!parent) return;
    try {
      if (this.host.parentNode !== parent) parent.append(this.host);
      if (!this.host.matches(":popover-open")) this.host.showPopover();
    } catch {
      // A document that is being replaced; `keep` tries again.
    }
  }

  private undoZoom(parent: Element | null): void {
    const zoom = parent?.currentCSSZoom ?? 1;
    if (zoom === this.zoom) return;
    this.zoom = zoom;
    this.zoomSheet.replaceSync(zoom === 1 ? "" : `:host { zoom: ${1 / zoom} !important }`);
  }

  private parentNow(): Element | ShadowRoot | null {
    return this.parent && isConnected(this.parent) ? this.parent : documentElement();
  }

  private hide(): void {
    this.wanted = false;
    this.host.remove();
  }

  private mayRepair(): boolean {
    const now = performance.now();
    this.repairs = this.repairs.filter((time) => now - time < repairWindowMs);
    if (this.repairs.length >= maxRepairs) return false;
    this.repairs.push(now);
    return true;
  }
}

function styleSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  return sheet;
}

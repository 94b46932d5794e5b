/**
 * A badge and its place on its medium. Reading where media are and writing where badges go are two
 * steps, taken for all badges one after the other: mixed, each would make the browser lay out anew.
 */
import { isConnected } from "../document-access";
import { isRendered, readMedium } from "../media/displayed-medium";
import type { Subject } from "../scan/subject";
import { fillBadge } from "./badge";
import { uncovered } from "./cover";
import { badgePlace, type Point, type Rect, type Size } from "./geometry";
import { type Surroundings, surroundingsOf, visiblePart } from "./visible-part";

/** Width of a medium from which on a badge shows its words. */
const minWordsPx = 190;
/** Height of a badge, and its width without words. */
const pillPx = 28;
/** What covers a badge is asked this often. */
const coverMs = 100;

export class PlacedBadge {
  /** Shown for a card that was asked for, though its medium is not flagged. */
  pinned = false;
  near = true;
  /** Where it stands; null while it is not shown. */
  place: Rect | null = null;
  /** The part of its medium that can be seen. */
  visible: Rect | null = null;
  private next: Rect | null = null;
  private surroundings: Surroundings | null = null;
  private rendered = true;
  private words = "";
  private wordsWidth: number | null = null;
  private coverAskedAt = Number.NEGATIVE_INFINITY;
  /** Lower edge of a bar that covers the top of the medium, else minus infinity; null: all covered. */
  private floor: number | null = Number.NEGATIVE_INFINITY;

  constructor(
    readonly element: Element,
    readonly subject: Subject,
    readonly button: HTMLButtonElement,
    private readonly isOurs: (element: Element) => boolean,
  ) {}

  /** Dialog or full-screen element around its medium. */
  get modal(): Element | null {
    return this.near ? (this.surroundings?.modal ?? null) : null;
  }

  /** Words and sign of the subject's verdict. */
  fill(): void {
    const { verdict } = this.subject;
    if (!verdict) return;
    const words = fillBadge(this.button, this.subject, verdict);
    if (words === this.words) return;
    this.words = words;
    this.wordsWidth = null;
  }

  /** False where the element has come to show something else. Asks for styles again. */
  refresh(): boolean {
    if (!isConnected(this.element)) return true;
    this.surroundings = surroundingsOf(this.element);
    this.rendered = isRendered(this.element);
    return this.showsSubject();
  }

  /** First step: where it is to be. */
  read(now: number): void {
    this.next = null;
    if (!this.near || !isConnected(this.element)) return;
    this.surroundings ??= surroundingsOf(this.element);
    this.visible = visiblePart(this.element, this.surroundings);
    if (!this.rendered) return;
    const { visible } = this;
    const width = visible.width < minWordsPx ? pillPx : this.measuredWidth();
    const size = { width, height: pillPx };
    const wanted = badgePlace(visible, size);
    const free = wanted && this.clearOfBars(wanted, size, visible, now);
    if (!free) return;
    this.next = { x: Math.round(free.x), y: Math.round(free.y), ...size };
  }

  /** Second step. @returns whether it moved, came or went */
  write(): boolean {
    const { next, place, button } = this;
    this.place = next;
    if (!next) {
      button.hidden = true;
      if (!this.near) this.visible = null;
      return place !== null;
    }
    if (place && place.x === next.x && place.y === next.y && place.width === next.width) {
      return false;
    }
    button.classList.toggle("compact", next.width === pillPx);
    button.style.transform = `translate(${next.x}px, ${next.y}px)`;
    button.hidden = false;
    return true;
  }

  hide(): void {
    this.next = null;
    this.write();
  }

  private clearOfBars(wanted: Point, size: Size, visible: Rect, now: number): Point | null {
    if (now - this.coverAskedAt >= coverMs) {
      this.coverAskedAt = now;
      const free = uncovered(wanted, size, visible, this.element, this.isOurs);
      if (!free) this.floor = null;
      else this.floor = free.y > wanted.y ? free.y : Number.NEGATIVE_INFINITY;
    }
    if (this.floor === null) return null;
    const y = Math.max(wanted.y, this.floor);
    return y + size.height <= visible.y + visible.height ? { x: wanted.x, y } : null;
  }

  /** Shown out of sight for a moment: a hidden button has no width. */
  private measuredWidth(): number {
    if (this.wordsWidth !== null) return this.wordsWidth;
    const { button } = this;
    button.classList.remove("compact");
    button.style.transform = "translate(-9999px, 0)";
    button.hidden = false;
    this.wordsWidth = button.offsetWidth;
    this.place = null;
    return this.wordsWidth;
  }

  /** `data:` addresses are long; comparing them again and again would cost more than it finds. */
  private showsSubject(): boolean {
    const { element, subject } = this;
    if (subject.url.startsWith("data:")) return true;
    const reading = readMedium(element);
    return "medium" in reading && reading.medium.key === subject.key;
  }
}

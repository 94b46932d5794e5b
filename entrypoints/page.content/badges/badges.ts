/**
 * The badges of one frame: puts them on media that are flagged, keeps them in their place, and
 * opens the card. The loop runs only while a badged medium is near the viewport.
 */
import { isFlagged } from "../../../model/verdict/verdict";
import { elementsAt, isConnected, isPageHidden, listen } from "../document-access";
import { isExtensionAlive } from "../extension";
import { isRendered, readMedium } from "../media/displayed-medium";
import type { Subject } from "../scan/subject";
import { createBadge, fillBadge } from "./badge";
import { CardPlace } from "./card-place";
import { uncovered } from "./cover";
import { badgePlace, type Point, type Rect } from "./geometry";
import { Layer } from "./layer";
import { type Surroundings, surroundingsOf, visiblePart } from "./visible-part";

export interface BadgesOptions {
  siteName: string;
  showAll: boolean;
  hideSite(): void;
  /** The element no longer shows what its badge says. */
  outdated(element: Element): void;
  orphaned(): void;
}

interface Badge {
  element: Element;
  subject: Subject;
  button: HTMLButtonElement;
  /** Shown for a card that was asked for, though its medium is not flagged. */
  pinned: boolean;
  near: boolean;
  surroundings: Surroundings | null;
  rendered: boolean;
  /** Where it stands, and the medium's visible part that led there. */
  place: Rect | null;
  visible: Rect | null;
}

/** Styles, overflow and what covers a badge are asked this often; positions in every frame. */
const refreshMs = 250;
/** After so many frames without a change the loop slows down until something happens. */
const calmFrames = 30;
const calmPauseMs = 200;
/** A page that insists on being on top is not fought in every frame. */
const raisePauseMs = 1000;
/** What is inert, as all around a video in full screen, is not hit either; raising changes nothing. */
const maxRaises = 3;
/** Width of a medium from which on a badge shows its words. */
const minWordsPx = 190;
const pillHeight = 28;

/** What moves media: after any of these the loop runs in every frame again. */
const wakingEvents = [
  ...["scroll", "wheel", "pointerdown", "pointermove", "keydown", "transitionrun", "resize"],
  ...["animationstart", "fullscreenchange", "toggle", "visibilitychange"],
];

export class Badges {
  private readonly layer: Layer;
  private readonly badges = new Map<Element, Badge>();
  private card: CardPlace | null = null;
  private frame: number | null = null;
  private pause: ReturnType<typeof setTimeout> | null = null;
  private unchangedFrames = 0;
  private refreshedAt = 0;
  private raisedAt = 0;
  /** Times in a row that raising did not help. */
  private raises = 0;
  private focusBefore: HTMLElement | null = null;

  constructor(
    private options: BadgesOptions,
    private readonly signal: AbortSignal,
  ) {
    this.layer = new Layer(signal);
    signal.addEventListener("abort", () => {
      this.card?.close();
      this.stop();
      this.badges.clear();
    });
    listen(window, wakingEvents, () => this.wake(), signal);
    listen(document, ["fullscreenchange"], () => this.layer.raise(), signal);
    const toggled = (event: Event) => {
      const opened = (event as ToggleEvent).newState === "open";
      if (opened && event.target !== this.layer.host) this.layer.raise();
    };
    listen(document, ["toggle"], toggled, signal);
  }

  /** True for our own element. */
  isOurs = (element: Element): boolean => element === this.layer.host;

  setShowAll(showAll: boolean, subjects: Iterable<Subject>): void {
    this.options = { ...this.options, showAll };
    for (const subject of subjects) this.update(subject);
  }

  /** Verdict or elements of a subject have changed. */
  update(subject: Subject): void {
    for (const element of subject.elements) {
      const badge = this.badges.get(element);
      if (!this.wants(subject) && !badge?.pinned) this.remove(element);
      else if (subject.verdict) {
        const shown = badge ?? this.create(element, subject);
        fillBadge(shown.button, subject, subject.verdict);
      }
    }
    if (this.card?.subject === subject) this.card.update();
    this.wake();
  }

  /** At once, whatever the loop is doing: a recycled element must not keep a foreign verdict. */
  remove(element: Element): void {
    const badge = this.badges.get(element);
    if (!badge) return;
    this.badges.delete(element);
    if (this.card?.element === element) this.card.close();
    this.layer.remove(badge.button);
    if (this.badges.size === 0) this.stop();
  }

  /** @param near whether the element is in or near the viewport */
  setNear(element: Element, near: boolean): void {
    const badge = this.badges.get(element);
    if (!badge) return;
    badge.near = near;
    if (!near) hide(badge);
    this.wake();
  }

  /** Opens the card of a medium, with a badge for the time being if it has none. */
  open(element: Element, subject: Subject): void {
    const badge = this.badges.get(element) ?? this.create(element, subject);
    if (subject.verdict) fillBadge(badge.button, subject, subject.verdict);
    badge.pinned = true;
    this.openCard(badge);
  }

  private wants(subject: Subject): boolean {
    const { verdict } = subject;
    return verdict !== null && (this.options.showAll || isFlagged(verdict.level));
  }

  private create(element: Element, subject: Subject): Badge {
    const badge: Badge = {
      element,
      subject,
      button: createBadge(() => this.toggle(badge)),
      pinned: false,
      near: true,
      surroundings: null,
      rendered: true,
      place: null,
      visible: null,
    };
    this.badges.set(element, badge);
    this.layer.add(badge.button);
    this.wake();
    return badge;
  }

  private toggle(badge: Badge): void {
    if (this.card?.element === badge.element) this.card.close();
    else this.openCard(badge);
  }

  private openCard(badge: Badge): void {
    this.card?.close();
    const active = this.layer.focused ? null : document.activeElement;
    this.focusBefore = active instanceof HTMLElement ? active : null;
    const { siteName, hideSite } = this.options;
    badge.button.setAttribute("aria-expanded", "true");
    this.card = new CardPlace(this.layer, badge.element, {
      subject: badge.subject,
      siteName,
      hideSite,
      closed: () => this.cardClosed(badge),
    });
    this.place(badge, true);
    this.placeCard(badge);
    this.wake();
  }

  private cardClosed(badge: Badge): void {
    this.card = null;
    badge.button.removeAttribute("aria-expanded");
    const stays = this.badges.get(badge.element) === badge && this.wants(badge.subject);
    badge.pinned = false;
    if (stays && badge.place) badge.button.focus({ preventScroll: true });
    else this.focusBefore?.focus({ preventScroll: true });
    if (!stays) this.remove(badge.element);
  }

  private wake(): void {
    this.unchangedFrames = 0;
    if (this.pause) clearTimeout(this.pause);
    this.pause = null;
    if (this.frame !== null || this.signal.aborted || !this.isNeeded()) return;
    this.frame = requestAnimationFrame(() => this.run());
  }

  private isNeeded(): boolean {
    if (isPageHidden()) return false;
    for (const badge of this.badges.values()) if (badge.near) return true;
    return this.card !== null;
  }

  private stop(): void {
    if (this.frame !== null) cancelAnimationFrame(this.frame);
    if (this.pause) clearTimeout(this.pause);
    this.frame = null;
    this.pause = null;
  }

  private run(): void {
    this.frame = null;
    if (!this.isNeeded()) return;
    const now = performance.now();
    const refresh = now - this.refreshedAt >= refreshMs;
    if (refresh) {
      this.refreshedAt = now;
      if (!isExtensionAlive()) {
        this.options.orphaned();
        return;
      }
      this.layer.keep(this.modal());
      this.raiseIfCovered(now);
    }
    let changed = false;
    for (const badge of [...this.badges.values()]) {
      if (!badge.near) continue;
      changed = this.place(badge, refresh) || changed;
      if (this.card?.element === badge.element) this.placeCard(badge);
    }
    this.unchangedFrames = changed ? 0 : this.unchangedFrames + 1;
    if (!this.isNeeded()) return;
    if (this.unchangedFrames < calmFrames) {
      this.frame = requestAnimationFrame(() => this.run());
    } else {
      this.pause = setTimeout(() => {
        this.pause = null;
        this.frame ??= requestAnimationFrame(() => this.run());
      }, calmPauseMs);
    }
  }

  private modal(): Element | null {
    for (const { near, surroundings } of this.badges.values()) {
      if (near && surroundings?.modal) return surroundings.modal;
    }
    return null;
  }

  /** Something in the top layer above us may have opened without an event that reaches us. */
  private raiseIfCovered(now: number): void {
    if (now - this.raisedAt < raisePauseMs) return;
    for (const { place } of this.badges.values()) {
      if (!place) continue;
      const top = elementsAt(place.x + place.width / 2, place.y + place.height / 2)[0];
      const covered = top !== undefined && !this.isOurs(top);
      if (!covered) this.raises = 0;
      else if (this.raises < maxRaises) {
        this.raises += 1;
        this.raisedAt = now;
        this.layer.raise();
      }
      return;
    }
  }

  /** @returns whether it moved */
  private place(badge: Badge, refresh: boolean): boolean {
    const { element } = badge;
    if (!isConnected(element)) {
      const wasShown = badge.place !== null;
      hide(badge);
      return wasShown;
    }
    if (refresh || !badge.surroundings) {
      badge.surroundings = surroundingsOf(element);
      badge.rendered = isRendered(element);
      if (!showsSubject(badge)) {
        this.options.outdated(element);
        return true;
      }
    }
    const visible = visiblePart(element, badge.surroundings);
    const moved = !sameRect(visible, badge.visible);
    badge.visible = visible;
    if (!moved && !refresh) return false;
    badge.button.classList.toggle("compact", visible.width < minWordsPx);
    const place = this.freePlace(badge, visible);
    if (!place) {
      const wasShown = badge.place !== null;
      hide(badge);
      return wasShown || moved;
    }
    const transform = `translate(${Math.round(place.x)}px, ${Math.round(place.y)}px)`;
    if (badge.button.style.transform !== transform) badge.button.style.transform = transform;
    badge.button.hidden = false;
    badge.place = place;
    return moved;
  }

  private freePlace(badge: Badge, visible: Rect): Rect | null {
    if (!badge.rendered) return null;
    const { button } = badge;
    // Shown for a moment without a place: a hidden button has no width.
    if (button.hidden) {
      button.style.transform = "translate(-9999px, 0)";
      button.hidden = false;
    }
    const size = { width: button.offsetWidth, height: pillHeight };
    const wanted = badgePlace(visible, size);
    if (!wanted) return null;
    const free: Point | null = uncovered(wanted, size, visible, badge.element, this.isOurs);
    return free && { ...free, ...size };
  }

  private placeCard(badge: Badge): void {
    const { place, visible } = badge;
    // A medium that is scrolled away leaves the card where it was: somebody reads it.
    if (visible && visible.width > 0 && visible.height > 0) {
      this.card?.moveTo(place ?? visible, visible);
    }
  }
}

function hide(badge: Badge): void {
  badge.button.hidden = true;
  badge.place = null;
  badge.visible = null;
}

/** `data:` addresses are long; comparing them four times a second would cost more than it finds. */
function showsSubject({ element, subject }: Badge): boolean {
  if (subject.kind === "image" && subject.url.startsWith("data:")) return true;
  const reading = readMedium(element);
  return reading.state === "shown" && reading.medium.key === subject.key;
}

function sameRect(a: Rect, b: Rect | null): boolean {
  return b !== null && a.x === b.x && a.y === b.y && a.width === b.width && a.height === b.height;
}

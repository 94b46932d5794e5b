/**
 * The badges of one frame: puts them on media that are flagged, keeps them in their place, and
 * opens the card. The loop runs only while a badged medium is near the viewport.
 */
import { isFlagged } from "../../../model/verdict/verdict";
import { elementsAt, isPageHidden, listen } from "../document-access";
import { isExtensionAlive } from "../extension";
import type { Subject } from "../scan/subject";
import { createBadge } from "./badge";
import { CardPlace } from "./card-place";
import { FrameLoop } from "./frame-loop";
import { Layer } from "./layer";
import { PlacedBadge } from "./placed-badge";
import { Spotlight } from "./spotlight";

export interface BadgesOptions {
  siteName: string;
  showAll: boolean;
  hideSite(): void;
  /** The element no longer shows what its badge says. */
  outdated(element: Element): void;
  orphaned(): void;
}

/** Styles, overflow and our own element are looked after this often; positions in every frame. */
const refreshMs = 250;
/** A page that insists on being on top is not fought in every frame. */
const raisePauseMs = 1000;
/** What is inert, as all around a video in full screen, is not hit either; raising changes nothing. */
const maxRaises = 3;

/** What moves media: after any of these the loop runs in every frame again. */
const wakingEvents = [
  ...["scroll", "wheel", "pointerdown", "pointermove", "keydown", "transitionrun", "resize"],
  ...["animationstart", "fullscreenchange", "toggle", "visibilitychange"],
];

export class Badges {
  private readonly layer: Layer;
  private readonly badges = new Map<Element, PlacedBadge>();
  private readonly loop: FrameLoop;
  private card: CardPlace | null = null;
  private spotlight: Spotlight | null = null;
  private refreshedAt = Number.NEGATIVE_INFINITY;
  private raisedAt = 0;
  /** Times in a row that raising did not help. */
  private raises = 0;
  private focusBefore: HTMLElement | null = null;

  constructor(
    private options: BadgesOptions,
    signal: AbortSignal,
  ) {
    this.layer = new Layer(signal);
    this.loop = new FrameLoop(
      () => this.step(),
      () => this.isNeeded(),
      signal,
    );
    signal.addEventListener("abort", () => {
      this.card?.close();
      this.spotlight?.remove();
      this.badges.clear();
    });
    listen(window, wakingEvents, () => this.loop.wake(), signal);
    const toggled = (event: Event) => {
      if (event.target === this.layer.host) return;
      this.refreshedAt = Number.NEGATIVE_INFINITY;
      if ((event as ToggleEvent).newState !== "closed") this.layer.raise();
    };
    listen(document, ["toggle", "fullscreenchange"], toggled, signal);
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
      else if (subject.verdict) (badge ?? this.create(element, subject)).fill();
    }
    if (this.card?.subject === subject) this.card.update();
    this.loop.wake();
  }

  /** At once, whatever the loop is doing: a recycled element must not keep a foreign verdict. */
  remove(element: Element): void {
    const badge = this.badges.get(element);
    if (!badge) return;
    this.badges.delete(element);
    if (this.card?.element === element) this.card.close();
    this.layer.remove(badge.button);
    if (!this.isNeeded()) this.loop.stop();
  }

  /** @param near whether the element is in or near the viewport */
  setNear(element: Element, near: boolean): void {
    const badge = this.badges.get(element);
    if (!badge) return;
    badge.near = near;
    if (!near) badge.hide();
    this.loop.wake();
  }

  /** Opens the card of a medium, with a badge for the time being if it has none. */
  open(element: Element, subject: Subject): void {
    const badge = this.badges.get(element) ?? this.create(element, subject);
    badge.fill();
    badge.pinned = true;
    this.openCard(badge);
  }

  /** Draws a ring around an element for a moment. */
  pointAt(element: Element): void {
    this.spotlight?.remove();
    this.spotlight = new Spotlight(this.layer, element, () => {
      this.spotlight = null;
    });
    this.loop.wake();
  }

  private wants(subject: Subject): boolean {
    const { verdict } = subject;
    return verdict !== null && (this.options.showAll || isFlagged(verdict.level));
  }

  private create(element: Element, subject: Subject): PlacedBadge {
    const button = createBadge(() => this.toggle(badge));
    const badge = new PlacedBadge(element, subject, button, this.isOurs);
    this.badges.set(element, badge);
    this.layer.add(button);
    // Before it is first seen: in a dialog our element has to stand inside it to be clicked.
    this.refreshedAt = Number.NEGATIVE_INFINITY;
    this.loop.wake();
    return badge;
  }

  private toggle(badge: PlacedBadge): void {
    if (this.card?.element === badge.element) this.card.close();
    else this.openCard(badge);
  }

  private openCard(badge: PlacedBadge): void {
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
    badge.read(performance.now());
    badge.write();
    this.placeCard(badge);
    this.loop.wake();
  }

  private cardClosed(badge: PlacedBadge): void {
    this.card = null;
    badge.button.removeAttribute("aria-expanded");
    const stays = this.badges.get(badge.element) === badge && this.wants(badge.subject);
    badge.pinned = false;
    if (stays && badge.place) badge.button.focus({ preventScroll: true });
    else this.focusBefore?.focus({ preventScroll: true });
    if (!stays) this.remove(badge.element);
  }

  private isNeeded(): boolean {
    if (isPageHidden()) return false;
    for (const badge of this.badges.values()) if (badge.near) return true;
    return this.card !== null || this.spotlight !== null;
  }

  /** @returns whether anything moved */
  private step(): boolean {
    const now = performance.now();
    if (now - this.refreshedAt >= refreshMs) {
      this.refreshedAt = now;
      if (!isExtensionAlive()) {
        this.options.orphaned();
        return false;
      }
      this.refresh(now);
    }
    const near = [...this.badges.values()].filter((badge) => badge.near);
    for (const badge of near) badge.read(now);
    let changed = this.spotlight?.place() ?? false;
    for (const badge of near) {
      changed = badge.write() || changed;
      if (this.card?.element === badge.element) this.placeCard(badge);
    }
    return changed;
  }

  private refresh(now: number): void {
    for (const badge of [...this.badges.values()]) {
      if (badge.near && !badge.refresh()) this.options.outdated(badge.element);
    }
    const modals = [...this.badges.values()].map((badge) => badge.modal);
    this.layer.keep(modals.find((modal) => modal !== null) ?? null);
    if (now - this.raisedAt >= raisePauseMs) this.raiseIfCovered(now);
  }

  /** Something in the top layer above us may have opened without an event that reaches us. */
  private raiseIfCovered(now: number): void {
    const places = [...this.badges.values()].map((badge) => badge.place);
    const place = places.find((shown) => shown !== null);
    if (!place) return;
    const top = elementsAt(place.x + place.width / 2, place.y + place.height / 2)[0];
    if (!top || this.isOurs(top)) {
      this.raises = 0;
    } else if (this.raises < maxRaises) {
      this.raises += 1;
      this.raisedAt = now;
      this.layer.raise();
    }
  }

  private placeCard({ place, visible }: PlacedBadge): void {
    // A medium that is scrolled away leaves the card where it was: somebody reads it.
    if (visible && visible.width > 0 && visible.height > 0) {
      this.card?.moveTo(place ?? visible, visible);
    }
  }
}

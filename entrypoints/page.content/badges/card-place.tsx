/**
 * The card in the layer: renders it, gives the focus back when it closes, and closes it on Escape
 * and on a click elsewhere.
 */
import { render } from "preact";
import { VerdictCard } from "../../../components/VerdictCard";
import { createElement, listen } from "../document-access";
import { abstention, type Subject } from "../scan/subject";
import { cardPlace, type Rect } from "./geometry";
import type { Layer } from "./layer";

export interface CardOptions {
  subject: Subject;
  /** Host name of the tab's page, and how to switch it off. */
  siteName: string;
  hideSite(): void;
  closed(): void;
}

export class CardPlace {
  private readonly place = createElement("div");
  private readonly closing = new AbortController();

  /** @param element the one of the subject's elements that the card stands beside */
  constructor(
    private readonly layer: Layer,
    readonly element: Element,
    private readonly options: CardOptions,
  ) {
    this.place.className = "card-place";
    layer.add(this.place);
    this.update();
    const { signal } = this.closing;
    this.place.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      // Escape would also close the page's own dialog behind the card.
      event.preventDefault();
      this.close();
    });
    const outside = (event: Event) => {
      if (event.target !== layer.host) this.close();
    };
    listen(window, ["pointerdown"], outside, signal);
  }

  get subject(): Subject {
    return this.options.subject;
  }

  /** Shows the verdict as it is now. */
  update(): void {
    const { subject, siteName, hideSite } = this.options;
    const verdict = subject.verdict ?? abstention("not-scanned", "it has not been looked at yet");
    render(
      <VerdictCard
        kind={subject.kind}
        verdict={verdict}
        thumbnails={subject.thumbnails}
        siteName={siteName}
        onClose={() => this.close()}
        onHideSite={hideSite}
      />,
      this.place,
    );
  }

  /** @param badge and the visible part of its medium, in pixels of the viewport */
  moveTo(badge: Rect, medium: Rect): void {
    const size = { width: this.place.offsetWidth, height: this.place.offsetHeight };
    const { x, y } = cardPlace(badge, medium, size, { width: innerWidth, height: innerHeight });
    const transform = `translate(${Math.round(x)}px, ${Math.round(y)}px)`;
    if (this.place.style.transform !== transform) this.place.style.transform = transform;
  }

  close(): void {
    if (this.closing.signal.aborted) return;
    this.closing.abort();
    render(null, this.place);
    this.layer.remove(this.place);
    this.options.closed();
  }
}

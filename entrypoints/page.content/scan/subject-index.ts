/**
 * Which element shows which subject. A picture that comes back (scrolled past, recycled, shown
 * again) finds its verdict here and is not scanned twice.
 */
import type { DisplayedMedium } from "../media/displayed-medium";
import { newSubject, type Subject } from "./subject";

/** Pictures without an element whose verdicts are kept. */
const maxRemembered = 400;
/** `data:` addresses are the pictures themselves; keeping long ones would hold on to memory. */
const maxRememberedKeyChars = 4096;

export interface SubjectListener {
  /** It has its first element. */
  appeared(subject: Subject): void;
  /** It has lost its last one. */
  vanished(subject: Subject): void;
  attached(element: Element, subject: Subject): void;
  detached(element: Element, subject: Subject): void;
}

export class SubjectIndex {
  private readonly byElement = new Map<Element, Subject>();
  private readonly byKey = new Map<string, Subject>();
  private readonly byId = new Map<string, Subject>();
  /** Oldest first. */
  private readonly remembered = new Map<string, Subject>();

  constructor(private readonly listener: SubjectListener) {}

  get(id: string): Subject | undefined {
    return this.byId.get(id);
  }

  shownBy(element: Element): Subject | undefined {
    return this.byElement.get(element);
  }

  all(): Iterable<Subject> {
    return this.byId.values();
  }

  elements(): Iterable<Element> {
    return this.byElement.keys();
  }

  /** Notes what an element shows; nothing happens where it showed that already. */
  attach(element: Element, medium: DisplayedMedium): Subject {
    const known = this.byElement.get(element);
    if (known?.key === medium.key) return known;
    this.detach(element);
    let subject = this.byKey.get(medium.key);
    const isNew = !subject;
    if (!subject) {
      subject = this.remembered.get(medium.key) ?? newSubject(medium);
      this.remembered.delete(medium.key);
      this.byKey.set(subject.key, subject);
      this.byId.set(subject.id, subject);
    }
    subject.elements.add(element);
    this.byElement.set(element, subject);
    if (isNew) this.listener.appeared(subject);
    this.listener.attached(element, subject);
    return subject;
  }

  detach(element: Element): void {
    const subject = this.byElement.get(element);
    if (!subject) return;
    this.byElement.delete(element);
    subject.elements.delete(element);
    this.listener.detached(element, subject);
    if (subject.elements.size > 0) return;
    this.byKey.delete(subject.key);
    this.byId.delete(subject.id);
    this.listener.vanished(subject);
    if (subject.kind === "image" && subject.status === "done") this.remember(subject);
  }

  /** Drops verdicts that a new scan should not find. */
  forget(matches: (subject: Subject) => boolean): void {
    for (const [key, subject] of this.remembered) if (matches(subject)) this.remembered.delete(key);
  }

  private remember(subject: Subject): void {
    if (subject.key.length > maxRememberedKeyChars) return;
    this.remembered.set(subject.key, subject);
    for (const key of this.remembered.keys()) {
      if (this.remembered.size <= maxRemembered) break;
      this.remembered.delete(key);
    }
  }
}

/**
 * Finds the media of a document and of all its shadow roots, now and as it changes. Observer
 * callbacks only take notes; the walk over new elements happens in idle time.
 */
import {
  attributeOf,
  documentElement,
  isConnected,
  listen,
  localNameOf,
  walkElements,
} from "../document-access";
import { IdleWork } from "./idle-work";
import { shadowRootOf } from "./shadow-root";

export interface FinderListener {
  /** An element that shows or may come to show media. */
  found(element: Element): void;
  /** Its source may have changed or finished loading. */
  changed(element: Element): void;
  /** A video dropped its source. */
  emptied(video: Element): void;
  /** A video has something new to sample: it plays, was sought, or became readable. */
  videoProgress(video: Element): void;
  /** Elements were taken out of the document. */
  removed(): void;
  /** The page grew or scrolled: other backgrounds may be in view. */
  shifted(): void;
}

const sourceAttributes = ["src", "srcset", "sizes", "href"];
const loadEvents = ["load", "error"];
const videoEvents = ["loadeddata", "playing", "pause", "seeked", "ended", "encrypted", "error"];

/** Elements looked at between two looks at the clock. */
const elementsPerStep = 64;

/**
 * A shadow root attached after its element was seen leaves no trace for observers, and custom
 * elements are often defined late. They are asked again after these pauses; new content of the page
 * starts the row again.
 */
const upgradePausesMs = [250, 500, 1000, 2000, 4000, 8000, 16_000];
const maxPendingHosts = 4000;

type Root = Document | ShadowRoot;

export class Finder {
  private readonly roots = new WeakSet<Root>();
  private readonly newcomers = new Set<Node>();
  private walker: TreeWalker | null = null;
  private readonly walk: IdleWork;
  private readonly mutations: MutationObserver;
  private pendingHosts: WeakRef<Element>[] = [];
  private upgradePause = 0;
  private upgradeTimer: ReturnType<typeof setTimeout> | null = null;
  private knownDocumentElement: Element | null = null;

  /** @param ignored our own element, whose content is no media of the page */
  constructor(
    private readonly listener: FinderListener,
    private readonly ignored: (element: Element) => boolean,
    private readonly signal: AbortSignal,
  ) {
    this.walk = new IdleWork(() => this.step(), signal);
    this.mutations = new MutationObserver((records) => this.note(records));
    signal.addEventListener("abort", () => {
      this.mutations.disconnect();
      if (this.upgradeTimer) clearTimeout(this.upgradeTimer);
    });
  }

  start(): void {
    this.knownDocumentElement = documentElement();
    this.addRoot(document);
  }

  private addRoot(root: Root): void {
    if (this.roots.has(root)) return;
    this.roots.add(root);
    this.observe(root);
    this.newcomers.add(root);
    this.walk.wake();
  }

  private observe(root: Root): void {
    this.mutations.observe(root, {
      childList: true,
      subtree: true,
      attributes: true,
      attributeFilter: sourceAttributes,
    });
    const { signal, listener } = this;
    const target = (event: Event) => event.target as Element;
    listen(root, loadEvents, (event) => listener.changed(target(event)), signal);
    listen(root, ["emptied"], (event) => listener.emptied(target(event)), signal);
    listen(root, videoEvents, (event) => listener.videoProgress(target(event)), signal);
    listen(root, ["scroll"], () => listener.shifted(), signal);
  }

  private note(records: MutationRecord[]): void {
    let removed = false;
    for (const record of records) {
      if (record.type === "attributes") {
        this.listener.changed(record.target as Element);
        continue;
      }
      for (const node of record.addedNodes) {
        if (node.nodeType === Node.ELEMENT_NODE) this.newcomers.add(node);
      }
      removed ||= record.removedNodes.length > 0;
    }
    if (removed) this.listener.removed();
    if (this.newcomers.size > 0) {
      this.upgradePause = 0;
      this.walk.wake();
    }
    if (documentElement() !== this.knownDocumentElement) this.documentReplaced();
  }

  /** `document.open()` removes every listener of the document, ours too. */
  private documentReplaced(): void {
    this.knownDocumentElement = documentElement();
    this.observe(document);
  }

  /** @returns whether there is more to walk */
  private step(): boolean {
    this.walker ??= this.nextWalker();
    if (!this.walker) return false;
    for (let i = 0; i < elementsPerStep; i += 1) {
      const element = this.walker.nextNode() as Element | null;
      if (!element) {
        this.walker = null;
        break;
      }
      this.visit(element);
    }
    const more = this.walker !== null || this.newcomers.size > 0;
    if (!more) this.finished();
    return more;
  }

  private nextWalker(): TreeWalker | null {
    for (const node of this.newcomers) {
      this.newcomers.delete(node);
      if (!isConnected(node)) continue;
      if (node.nodeType === Node.ELEMENT_NODE) this.visit(node as Element);
      return walkElements(node);
    }
    return null;
  }

  private visit(element: Element): void {
    const name = localNameOf(element);
    if (name === "img" || name === "video" || name === "image") {
      this.listener.found(element);
      return;
    }
    if (this.ignored(element)) return;
    const root = shadowRootOf(element);
    if (root) this.addRoot(root);
    else if (name.includes("-") && this.pendingHosts.length < maxPendingHosts) {
      this.pendingHosts.push(new WeakRef(element));
    }
    // Content pictures that are backgrounds have their address inline: it differs for each.
    if (attributeOf(element, "style")?.includes("url(")) this.listener.found(element);
  }

  private finished(): void {
    this.listener.shifted();
    this.scheduleUpgrades();
  }

  private scheduleUpgrades(): void {
    const pause = upgradePausesMs[this.upgradePause];
    if (this.pendingHosts.length === 0 || pause === undefined || this.signal.aborted) return;
    if (this.upgradeTimer) clearTimeout(this.upgradeTimer);
    this.upgradePause += 1;
    this.upgradeTimer = setTimeout(() => {
      this.upgradeTimer = null;
      this.pendingHosts = this.pendingHosts.filter((reference) => {
        const host = reference.deref();
        if (!host || !isConnected(host)) return false;
        const root = shadowRootOf(host);
        if (root) this.addRoot(root);
        return !root;
      });
      this.scheduleUpgrades();
    }, pause);
  }
}

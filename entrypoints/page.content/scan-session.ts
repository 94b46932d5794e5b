/**
 * One frame while Unmask is on: finds media, has them scanned, shows and reports what came of it.
 * Ends with its signal, and leaves nothing behind in the page.
 */
import type { FoundMedium, FromDetector, PageMedium } from "../shared/messages";
import type { Settings } from "../shared/settings";
import { Badges } from "./badges/badges";
import { activeElement, isConnected } from "./document-access";
import { allMedia, areaInView, hasFocus, mediumAt } from "./media/all-media";
import { BackgroundFinder } from "./media/background-finder";
import {
  isImage,
  isLargeEnough,
  isRendered,
  readMedium,
  renewVideo,
} from "./media/displayed-medium";
import { Finder } from "./media/finder";
import { Gate } from "./media/gate";
import { DetectorClient } from "./scan/detector-client";
import { PictureQueue, type Priority } from "./scan/picture-queue";
import { readSubject } from "./scan/read-subject";
import { Reporter } from "./scan/reporter";
import { abstention, type Subject } from "./scan/subject";
import { SubjectIndex } from "./scan/subject-index";
import { VideoScans } from "./video/video-scans";

export interface SessionOptions {
  /** Host name of the tab's page. */
  siteName: string;
  hideSite(): void;
  /** The extension has been reloaded or removed. */
  orphaned(): void;
}

/** Of one frame, when a person asks for all: as many as the list of a tab holds. */
const maxAsked = 1000;

/** The connection is given up after this long without work, so that the detector can close. */
const idleMs = 15_000;

export class ScanSession {
  private readonly index: SubjectIndex;
  private readonly gate: Gate;
  private readonly badges: Badges;
  private readonly client: DetectorClient;
  private readonly pictures: PictureQueue;
  private readonly videos: VideoScans;
  private readonly reporter: Reporter;
  private readonly backgrounds: BackgroundFinder;
  /** In the back-forward cache, where an open connection would cost the page its place. */
  private suspended = false;
  private idleTimer: ReturnType<typeof setTimeout> | null = null;
  private removalTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private settings: Settings,
    { siteName, hideSite, orphaned }: SessionOptions,
    private readonly signal: AbortSignal,
  ) {
    this.reporter = new Reporter(signal);
    const showAll = settings.showAllBadges;
    const outdated = (element: Element) => this.sourceChanged(element);
    this.badges = new Badges({ siteName, showAll, hideSite, outdated, orphaned }, signal);
    this.index = new SubjectIndex({
      appeared: (subject) => this.reporter.subjectChanged(subject),
      vanished: (subject) => this.vanished(subject),
      attached: (_element, subject) => this.badges.update(subject),
      detached: (element) => this.badges.remove(element),
    });
    this.client = new DetectorClient(
      {
        up: () => this.detectorUp(),
        down: () => this.detectorDown(),
        message: (message) => this.received(message),
        state: (state, detail) => this.reporter.detectorState(state, detail),
        orphaned,
      },
      signal,
    );
    const work = {
      changed: (subject: Subject) => this.subjectChanged(subject),
      needDetector: () => {
        if (!this.suspended) this.client.need();
      },
    };
    this.pictures = new PictureQueue((message) => this.client.send(message), work, signal);
    this.videos = new VideoScans((message) => this.client.send(message), work, signal);
    this.gate = new Gate(
      {
        entered: (element) => this.entered(element),
        visible: (element) => this.moved(element),
        left: (element) => this.moved(element),
      },
      signal,
    );
    this.backgrounds = new BackgroundFinder((element) => {
      this.gate.watch(element);
      if (this.index.shownBy(element)) this.sourceChanged(element);
      else this.gate.recheck(element);
    }, signal);
    const finder = new Finder(
      {
        found: (element) => this.found(element),
        changed: (element) => this.changed(element),
        emptied: (video) => this.emptied(video),
        videoProgress: (video) => this.videoProgress(video),
        removed: () => this.elementsRemoved(),
        shifted: () => this.backgrounds.lookSoon(),
      },
      this.badges.isOurs,
      signal,
    );
    signal.addEventListener("abort", () => {
      if (this.idleTimer) clearTimeout(this.idleTimer);
      if (this.removalTimer) clearTimeout(this.removalTimer);
    });
    finder.start();
  }

  /** Settings that do not end the session. */
  update(settings: Settings): void {
    const before = this.settings;
    this.settings = settings;
    if (before.showAllBadges !== settings.showAllBadges) {
      this.badges.setShowAll(settings.showAllBadges, this.index.all());
    }
    for (const element of [...this.index.elements()]) this.sourceChanged(element);
    this.gate.recheckAll();
  }

  /**
   * Scrolls to a medium and opens its card; false where this frame has no such medium.
   *
   * @param quiet only draws a ring around it
   */
  show(id: string, quiet: boolean): boolean {
    const subject = this.index.get(id);
    const elements = [...(subject?.elements ?? [])].filter(isConnected);
    const element = elements.find((candidate) => this.gate.isVisible(candidate)) ?? elements[0];
    if (!subject || !element) return false;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    Element.prototype.scrollIntoView.call(element, {
      block: "center",
      behavior: calm ? "instant" : "smooth",
    });
    if (quiet) this.badges.pointAt(element);
    else this.badges.open(element, subject);
    return true;
  }

  /** Scans all that the frame has loaded, in view or not. */
  scanAll(): void {
    let asked = 0;
    for (const element of allMedia()) {
      if (asked >= maxAsked) return;
      if (isLargeEnough(element) && isRendered(element) && this.ask(element)) asked += 1;
    }
  }

  /** All that is known of a medium; null where this frame has no such medium. */
  async read(id: string): Promise<PageMedium | null> {
    const subject = this.index.get(id);
    return subject ? readSubject(subject, this.signal) : null;
  }

  /** The medium under the focus, else the one that takes up most of the view. */
  findInView(): FoundMedium | null {
    const active = activeElement();
    let best: { element: Element; focused: boolean; visibleArea: number } | null = null;
    for (const element of allMedia()) {
      const visibleArea = areaInView(element);
      if (visibleArea === 0 || !isRendered(element)) continue;
      const focused = hasFocus(element, active);
      const isBetter =
        !best || (focused === best.focused ? visibleArea > best.visibleArea : focused);
      if (isBetter && "medium" in readMedium(element)) best = { element, focused, visibleArea };
    }
    const subject = best && this.ask(best.element);
    if (!best || !subject) return null;
    return { id: subject.id, focused: best.focused, visibleArea: best.visibleArea };
  }

  /** A medium by what a context menu knows of it; of several, the one most in view. */
  findByAddress(kind: Subject["kind"], url: string): FoundMedium | null {
    const best = mediumAt(url, kind);
    const subject = best && this.ask(best.element);
    return best && subject && { id: subject.id, focused: false, visibleArea: best.visibleArea };
  }

  /** Notes a medium that a person asked for, and scans it wherever it is. */
  private ask(element: Element): Subject | null {
    const reading = readMedium(element);
    if (reading.state !== "shown" || !this.isWanted(reading.medium.kind)) return null;
    const subject = this.index.attach(element, reading.medium);
    subject.asked = true;
    this.prioritise(subject);
    return subject;
  }

  /** Tries once more what could not be read or was not looked at. */
  scanAgain(): void {
    const failed = ({ verdict }: Subject) =>
      verdict?.reason === "unreadable" || verdict?.reason === "not-scanned";
    const broken = ({ key }: Subject) => key.startsWith("broken ");
    this.index.forget(failed);
    for (const subject of this.index.all()) {
      if (subject.kind === "image" && failed(subject) && !broken(subject)) {
        subject.status = "waiting";
        subject.verdict = null;
        this.subjectChanged(subject);
        this.prioritise(subject);
      } else if (subject.kind === "video") {
        this.videos.tryAgain(subject);
      }
    }
    this.client.retryNow();
  }

  /** The page goes to the back-forward cache, or for good: its media are no longer on the tab. */
  suspend(): void {
    this.suspended = true;
    for (const subject of this.index.all()) this.reporter.subjectRemoved(subject);
    this.reporter.flush();
    this.client.release();
    this.detectorDown();
  }

  /** The page is back from the cache. */
  resume(): void {
    this.suspended = false;
    for (const subject of this.index.all()) this.reporter.subjectChanged(subject);
    this.reporter.flush();
    this.pictures.pump();
    this.videos.resume();
  }

  /**
   * Being watched has its price in every frame that scrolls, so pictures that have not loaded wait
   * for their `load` event: on a page with thousands of lazy ones, that is most of them.
   */
  private found(element: Element): void {
    if (!isImage(element) || readMedium(element).state !== "loading") this.gate.watch(element);
  }

  private entered(element: Element): void {
    const reading = readMedium(element);
    const isMedium = reading.state === "shown" || reading.state === "broken";
    if (!isMedium || !this.isWanted(reading.medium.kind)) {
      this.index.detach(element);
      return;
    }
    // A video is sampled in view only, so there is nothing to say of it before.
    const isEarly = reading.medium.kind === "video" && !this.gate.isVisible(element);
    if (isEarly && this.index.shownBy(element)?.key !== reading.medium.key) return;
    const subject = this.index.attach(element, reading.medium);
    if (reading.state === "broken" && subject.status !== "done") {
      subject.status = "done";
      subject.verdict = abstention("unreadable", "the browser could not load or decode it");
      this.subjectChanged(subject);
    }
    this.badges.setNear(element, true);
    this.prioritise(subject);
  }

  /** It came into view, left it, or left the near zone. */
  private moved(element: Element): void {
    const zone = this.gate.zone(element);
    const subject = this.index.shownBy(element);
    if (!subject) {
      if (zone === 0) this.entered(element);
      return;
    }
    this.badges.setNear(element, zone < 2);
    // What nobody has looked at yet is none of our business once it is out of reach.
    const untouched = subject.status === "waiting" && !this.pictures.isInFlight(subject);
    if (zone === 2 && untouched && !subject.asked) this.index.detach(element);
    else this.prioritise(subject);
  }

  private prioritise(subject: Subject): void {
    const zones = [...subject.elements].map((element) => this.gate.zone(element));
    const furthest = subject.asked ? 1 : 2;
    const priority = Math.min(furthest, ...zones) as Priority;
    if (subject.kind === "video") this.videos.want(subject, priority);
    else this.pictures.want(subject, priority);
    this.keepAwake();
  }

  /** An event says that an element, or a source inside it, may show something else. */
  private changed(target: Element): void {
    const name = target.localName;
    const element = name === "source" ? mediumOf(target) : target;
    if (!element) return;
    if (isImage(element)) this.found(element);
    this.sourceChanged(element);
  }

  private sourceChanged(element: Element): void {
    const shown = this.index.shownBy(element);
    if (shown) {
      const reading = readMedium(element);
      const same = "medium" in reading && reading.medium.key === shown.key;
      if (!same || !this.isWanted(shown.kind)) this.index.detach(element);
      if (same) return;
    }
    this.gate.recheck(element);
  }

  private emptied(element: Element): void {
    if (!(element instanceof HTMLVideoElement)) return;
    renewVideo(element);
    this.sourceChanged(element);
  }

  private videoProgress(element: Element): void {
    this.gate.recheck(element);
    const subject = this.index.shownBy(element);
    if (subject?.kind === "video") this.videos.progress(subject);
  }

  /** Frameworks take elements out and put them back in the same task, so this waits a moment. */
  private elementsRemoved(): void {
    this.removalTimer ??= setTimeout(() => {
      this.removalTimer = null;
      for (const element of [...this.index.elements()]) {
        if (!isConnected(element)) this.index.detach(element);
      }
    }, 50);
  }

  private vanished(subject: Subject): void {
    if (subject.kind === "video") this.videos.drop(subject);
    else this.pictures.drop(subject);
    this.reporter.subjectRemoved(subject);
  }

  private subjectChanged(subject: Subject): void {
    // A verdict may come after its medium has gone.
    if (subject.elements.size === 0) return;
    this.reporter.subjectChanged(subject);
    this.badges.update(subject);
    // One that was asked for may lie far away, where no zone tells the badge to rest.
    if (!subject.asked) return;
    for (const element of subject.elements) {
      this.badges.setNear(element, this.gate.zone(element) < 2);
    }
  }

  private isWanted(kind: Subject["kind"]): boolean {
    return kind === "video" ? this.settings.scanVideos : this.settings.scanImages;
  }

  private received(message: FromDetector): void {
    this.keepAwake();
    switch (message.type) {
      case "started":
        this.pictures.started(message.id);
        break;
      case "verdict":
        if (this.index.get(message.id)?.kind === "video") this.videos.verdict(message);
        else this.pictures.answered(message);
        break;
      case "want-crops":
        this.videos.wantCrops(message);
        break;
      case "frame-done":
        this.videos.frameDone(message);
        break;
    }
  }

  private detectorUp(): void {
    this.pictures.pump();
    this.videos.resume();
    this.keepAwake();
  }

  private detectorDown(): void {
    this.pictures.detectorDown();
    this.videos.detectorDown();
  }

  private keepAwake(): void {
    if (this.idleTimer) clearTimeout(this.idleTimer);
    this.idleTimer = setTimeout(() => {
      this.idleTimer = null;
      if (this.pictures.isEmpty && this.videos.isIdle) this.client.release();
      else this.keepAwake();
    }, idleMs);
  }
}

/** The `img` or `video` that a `source` element feeds. */
function mediumOf(source: Element): Element | null {
  const parent = source.parentElement;
  return parent?.localName === "picture" ? parent.querySelector("img") : parent;
}

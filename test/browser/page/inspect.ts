/**
 * Looks at what the content script did: badges and card (in a closed shadow root, which only the
 * debugging protocol can open) and what the background knows of the tab.
 */
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { CDPSession, Page, Worker } from "playwright-core";
import { expect, vi } from "vitest";
import type { LaunchedBrowser } from "../../../cli/browser";
import type { PageState } from "../../../entrypoints/shared/messages";
import { copyExtension, launchBrowser } from "../harness";

/** The production build with a detector that answers by rule, see `fake-detector.js`. */
function extensionWithFakeDetector(): Promise<string> {
  return copyExtension(async (dir) => {
    await copyFile(join(import.meta.dirname, "fake-detector.js"), join(dir, "fake-detector.js"));
    await writeFile(
      join(dir, "offscreen.html"),
      '<!doctype html><meta charset="utf-8"><script src="fake-detector.js"></script>',
    );
  });
}

/** Opens it and closes the page that greets after the installation, which would be in front. */
export async function launchWithFakeDetector(): Promise<LaunchedBrowser> {
  const browser = await launchBrowser({ extensionDir: await extensionWithFakeDetector() });
  const welcome = await vi.waitUntil(
    () => browser.context.pages().find((page) => page.url().includes("welcome.html")),
    { timeout: 20_000 },
  );
  await welcome.close();
  return browser;
}

export interface SeenBadge {
  text: string;
  label: string;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface SeenLayer {
  badges: SeenBadge[];
  card: {
    text: string;
    focused: boolean;
    x: number;
    y: number;
    width: number;
    height: number;
  } | null;
  /** Label of the focused badge. */
  focused: string | null;
  inTopLayer: boolean;
}

interface DomNode {
  backendNodeId: number;
  attributes?: string[];
  shadowRoots?: (DomNode & { shadowRootType: string })[];
  children?: DomNode[];
  contentDocument?: DomNode;
}

const sessions = new WeakMap<Page, Promise<CDPSession>>();

/** Every layer of the page and of its same-process frames; none where nothing is shown. */
export async function seeLayers(page: Page): Promise<SeenLayer[]> {
  let opening = sessions.get(page);
  if (!opening) {
    opening = page.context().newCDPSession(page);
    sessions.set(page, opening);
  }
  const session = await opening;
  const { root } = await session.send("DOM.getDocument", { depth: -1, pierce: true });
  const layers: SeenLayer[] = [];
  for (const id of layerRoots(root as DomNode)) {
    const { object } = await session.send("DOM.resolveNode", { backendNodeId: id });
    if (!object.objectId) continue;
    const { result } = await session.send("Runtime.callFunctionOn", {
      objectId: object.objectId,
      functionDeclaration: readLayer.toString(),
      returnByValue: true,
    });
    if (result.value) layers.push(result.value as SeenLayer);
  }
  return layers;
}

export async function seeBadges(page: Page): Promise<SeenBadge[]> {
  return (await seeLayers(page)).flatMap((layer) => layer.badges);
}

function layerRoots(node: DomNode): number[] {
  const isHost = node.attributes?.includes("popover") ?? false;
  const own = (node.shadowRoots ?? []).filter((root) => isHost && root.shadowRootType === "closed");
  const below = [...(node.children ?? []), ...(node.shadowRoots ?? [])];
  if (node.contentDocument) below.push(node.contentDocument);
  return [...own.map((root) => root.backendNodeId), ...below.flatMap(layerRoots)];
}

/** Runs in the page, on the shadow root. */
function readLayer(this: ShadowRoot): SeenLayer | null {
  const host = this.host;
  const box = (element: Element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x, y, width, height };
  };
  const badges = [...this.querySelectorAll<HTMLElement>(".badge")].filter((badge) => !badge.hidden);
  const card = this.querySelector(".card");
  return {
    badges: badges
      .filter((badge) => badge.getBoundingClientRect().width > 0)
      .map((badge) => ({
        text: badge.innerText.trim(),
        label: badge.getAttribute("aria-label") ?? "",
        ...box(badge),
      })),
    card: card
      ? {
          text: (card as HTMLElement).innerText,
          focused: this.activeElement !== null && card.contains(this.activeElement),
          ...box(card),
        }
      : null,
    focused: this.activeElement?.matches(".badge")
      ? this.activeElement.getAttribute("aria-label")
      : null,
    inTopLayer: host.matches(":popover-open"),
  };
}

/** What the background keeps of the tab that shows `url`. */
export async function pageState(worker: Worker, url: string): Promise<PageState | undefined> {
  const stored = await worker.evaluate(() => chrome.storage.session.get(null));
  return (Object.values(stored) as PageState[]).find((state) => state.url === url);
}

/** Waits until the page's list holds what is expected. */
export async function expectMedia(
  worker: Worker,
  page: Page,
  check: (media: PageState["media"]) => void,
): Promise<void> {
  await expect
    .poll(
      async () => {
        const state = await pageState(worker, page.url());
        try {
          check(state?.media ?? []);
          return "as expected";
        } catch (error) {
          return (error as Error).message;
        }
      },
      { timeout: 15_000, interval: 100 },
    )
    .toBe("as expected");
}

/** Waits until exactly so many badges can be seen, and returns them. */
export async function expectBadges(page: Page, count: number): Promise<SeenBadge[]> {
  let badges: SeenBadge[] = [];
  await expect
    .poll(
      async () => {
        badges = await seeBadges(page);
        return badges.length;
      },
      { timeout: 15_000, interval: 60 },
    )
    .toBe(count);
  return badges;
}

/** Whether a badge stands in the top right inside corner of a box. */
export function standsOn(badge: SeenBadge, box: { x: number; y: number; width: number } | null) {
  if (!box) return false;
  const right = box.x + box.width - (badge.x + badge.width);
  const top = badge.y - box.y;
  return right >= 0 && right <= 12 && top >= 0 && top <= 12;
}

/** From a click in a context menu, or a key, to the request that the side panel takes up. */
import { type CheckRequest, maxUrlChars } from "../shared/messages";

/** As much of `contextMenus.OnClickData` as is needed. */
export interface Click {
  menuItemId: string | number;
  srcUrl?: string;
  linkUrl?: string;
  frameId?: number;
}

/** As much of `tabs.Tab` as is needed. */
export interface ClickedTab {
  id?: number;
  windowId: number;
  url?: string;
  title?: string;
}

/** Items of the context menu, by id. On a picture inside a link both are offered. */
export const menuItems = {
  picture: { title: "Check this picture with Unmask", contexts: ["image"] },
  video: { title: "Check this video with Unmask", contexts: ["video"] },
  link: { title: "Check what this link leads to with Unmask", contexts: ["link"] },
  frame: { title: "Check everything in this frame with Unmask", contexts: ["frame"] },
  page: { title: "Check everything on this page with Unmask", contexts: ["page"] },
  // Not on pictures, which can nearly always be read: a second item would cost a submenu.
  region: {
    title: "Check a part of the screen with Unmask",
    contexts: ["page", "frame", "video"],
  },
} as const;

/** Keyboard commands, as in the manifest. */
export const commandNames = { inView: "check-in-view", open: "open-panel" } as const;

/** Null where there is nothing to check: an item that is not ours, a medium without an address. */
export function requestOfClick(click: Click, tab: ClickedTab): CheckRequest | null {
  const what = whatOf(click);
  return what && requestFor(what, click.frameId ?? 0, tab);
}

export function requestFor(
  what: CheckRequest["what"],
  frameId: number,
  { id: tabId, url = "", title = "" }: ClickedTab,
): CheckRequest | null {
  if (tabId === undefined) return null;
  return {
    id: crypto.randomUUID(),
    tabId,
    frameId,
    pageUrl: url.slice(0, maxUrlChars),
    pageTitle: title.slice(0, 1000),
    what,
  };
}

function whatOf({ menuItemId, srcUrl = "", linkUrl = "" }: Click): CheckRequest["what"] | null {
  switch (menuItemId as keyof typeof menuItems) {
    case "picture":
      return medium("image", srcUrl);
    case "video":
      return medium("video", srcUrl);
    case "link":
      // Cut in two it would lead elsewhere.
      return linkUrl && linkUrl.length <= maxUrlChars ? { kind: "link", url: linkUrl } : null;
    case "frame":
    case "page":
      return { kind: "all" };
    case "region":
      return { kind: "region" };
    default:
      return null;
  }
}

function medium(kind: "image" | "video", url: string): CheckRequest["what"] | null {
  return url ? { kind: "medium", medium: kind, url: url.slice(0, maxUrlChars) } : null;
}

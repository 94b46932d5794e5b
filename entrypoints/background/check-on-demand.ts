/**
 * Context menu and keys: opens the side panel and leaves it a request. Browsers open a panel only in
 * the very turn of the gesture, so that comes first, and the request waits in `storage.session`.
 */
import { browser } from "wxt/browser";
import { type CheckRequest, checkRequestKey } from "../shared/messages";
import { openPanel } from "../shared/panel";
import {
  type ClickedTab,
  commandNames,
  menuItems,
  requestFor,
  requestOfClick,
} from "./check-request";

export function offerChecks(): void {
  browser.runtime.onInstalled.addListener(() => void createMenu());

  browser.contextMenus.onClicked.addListener((click, tab) => {
    if (tab) ask(requestOfClick(click, tab), tab);
  });

  browser.commands.onCommand.addListener((name, tab) => {
    if (!tab) return;
    if (name === commandNames.inView) ask(requestFor({ kind: "in-view" }, 0, tab), tab);
    else if (name === commandNames.open) ask(null, tab);
  });

  browser.windows.onRemoved.addListener((windowId) => {
    void browser.storage.session.remove(checkRequestKey(windowId));
  });
}

function ask(request: CheckRequest | null, tab: ClickedTab): void {
  void openPanel(tab);
  if (request) void browser.storage.session.set({ [checkRequestKey(tab.windowId)]: request });
}

async function createMenu(): Promise<void> {
  // An update finds those of the version before.
  await browser.contextMenus.removeAll();
  for (const [id, { title, contexts }] of Object.entries(menuItems)) {
    browser.contextMenus.create({
      id,
      title,
      contexts: [...contexts],
      documentUrlPatterns: ["http://*/*", "https://*/*", "file:///*"],
      ...(id === "link" ? { targetUrlPatterns: ["http://*/*", "https://*/*"] } : {}),
    });
  }
}

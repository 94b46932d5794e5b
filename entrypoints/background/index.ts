/**
 * The service worker: opens the offscreen document when a page needs the detector, keeps what the
 * pages report, offers checks in menus and by keys, and takes pictures of the tab. It never touches pixels, and
 * it holds nothing that its death after 30 s would lose.
 */
import { type Browser, browser } from "wxt/browser";
import { defineBackground } from "wxt/utils/define-background";
import { parseMessage, type ToBackground, toBackground } from "../shared/messages";
import { loadSettings, onSettingsChanged } from "../shared/settings";
import { captureTab, captureTabOf } from "./capture";
import { offerChecks } from "./check-on-demand";
import { purgeHistory, rememberFlagged } from "./history";
import { ensureOffscreenDocument } from "./offscreen-document";
import { applyReport, startPage } from "./page-state";
import { PageStore } from "./page-store";
import { showInToolbar, toolbarFace } from "./toolbar";

export default defineBackground(() => {
  const store = new PageStore(async (tabId, state) =>
    showInToolbar(tabId, toolbarFace(state, await loadSettings())),
  );

  browser.runtime.onMessage.addListener((raw, sender, answer) => {
    if (sender.id !== browser.runtime.id) return;
    const message = parseMessage(toBackground, raw);
    if (!message) return;
    const answered = handle(message, sender, store);
    if (!answered) return;
    answered.then(answer);
    return true;
  });

  browser.tabs.onRemoved.addListener((tabId) => void store.remove(tabId));
  browser.tabs.onReplaced.addListener((_added, removed) => void store.remove(removed));
  browser.tabs.onUpdated.addListener((tabId, change, tab) => {
    // Navigation within a document.
    const { url } = change;
    if (url) store.update(tabId, (state) => (state.url ? { ...state, url } : state));
    // A page of the browser itself, where no content script starts to void the page before it.
    if (change.status === "complete" && tab.url === undefined) {
      store.update(tabId, (state) => startPage(state, 0, ""));
    }
  });

  offerChecks();
  void purgeHistory();

  onSettingsChanged(async (settings) => {
    for (const tabId of await store.tabIds()) {
      await showInToolbar(tabId, toolbarFace(await store.read(tabId), settings));
    }
  }, new AbortController().signal);

  browser.runtime.onInstalled.addListener(({ reason }) => {
    if (reason === "install") void browser.tabs.create({ url: "/welcome.html" });
  });
});

/** Does what a message asks; a promise where the sender waits for an answer. */
function handle(
  message: ToBackground,
  sender: Browser.runtime.MessageSender,
  store: PageStore,
): Promise<unknown> | null {
  if (message.type === "ensure-detector") return ensureDetector();
  if (message.type === "capture-tab-of") {
    return isOwnPage(sender) ? captureTabOf(message.tabId) : null;
  }

  const { tab, frameId } = sender;
  if (tab?.id === undefined || frameId === undefined) return null;
  switch (message.type) {
    case "page-started":
      store.update(tab.id, (state) => startPage(state, frameId, frameId === 0 ? message.url : ""));
      return Promise.resolve({ topHost: URL.parse(tab.url ?? "")?.hostname ?? "" });
    case "page-report":
      // The tab's address and not the sender's, which stays as it was when the document loaded.
      store.update(tab.id, (state) => applyReport(state, frameId, message, tab.url ?? null));
      void rememberFlagged(message.changed, tab);
      return null;
    case "capture-tab":
      return captureTab(sender);
  }
}

async function ensureDetector(): Promise<{ ok: boolean; detail?: string }> {
  try {
    await ensureOffscreenDocument();
    return { ok: true };
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  }
}

function isOwnPage({ url }: Browser.runtime.MessageSender): boolean {
  return url?.startsWith(browser.runtime.getURL("/")) ?? false;
}

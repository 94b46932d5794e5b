/** The tab that popup or side panel speak of and what is known of its page, followed as they change. */
import { useEffect, useState } from "preact/hooks";
import { type Browser, browser } from "wxt/browser";
import { type PageState, pageKey } from "../messages";

export interface Page {
  tabId: number;
  windowId: number;
  /** Absent on pages that the browser keeps to itself. */
  url: string | undefined;
  /** Null until the page has reported. */
  state: PageState | null;
}

/**
 * Null until the tab is known; `"none"` where it does not exist (any more).
 *
 * @param tabId null for the active tab of this window
 */
export function usePage(tabId: number | null): Page | "none" | null {
  const [page, setPage] = useState<Page | "none" | null>(null);
  useEffect(() => {
    const unmounted = new AbortController();
    void follow(tabId, setPage, unmounted.signal);
    return () => unmounted.abort();
  }, [tabId]);
  return page;
}

type Show = (next: Page | "none") => void;

async function follow(tabId: number | null, show: Show, signal: AbortSignal) {
  const tab = await findTab(tabId);
  if (signal.aborted) return;
  if (tab?.id === undefined) return show("none");
  const key = pageKey(tab.id);
  let page: Page = { tabId: tab.id, windowId: tab.windowId, url: tab.url, state: null };
  let changedMeanwhile = false;
  let closed = false;
  const change = (part: Partial<Page>) => {
    page = { ...page, ...part };
    // The state of a closed tab is removed after it, which is no news of a page.
    if (!closed) show(page);
  };

  const onStorage = (changes: Record<string, Browser.storage.StorageChange>, area: string) => {
    const stored = area === "session" ? changes[key] : undefined;
    if (!stored) return;
    changedMeanwhile = true;
    change({ state: asState(stored.newValue) });
  };
  const onUpdated = (id: number, _change: unknown, updated: Browser.tabs.Tab) => {
    if (id === page.tabId) change({ url: updated.url });
  };
  const onRemoved = (id: number) => {
    if (id !== page.tabId) return;
    closed = true;
    show("none");
  };
  browser.storage.onChanged.addListener(onStorage);
  browser.tabs.onUpdated.addListener(onUpdated);
  browser.tabs.onRemoved.addListener(onRemoved);
  signal.addEventListener("abort", () => {
    browser.storage.onChanged.removeListener(onStorage);
    browser.tabs.onUpdated.removeListener(onUpdated);
    browser.tabs.onRemoved.removeListener(onRemoved);
  });

  const stored = await browser.storage.session.get(key);
  if (!signal.aborted && !changedMeanwhile) change({ state: asState(stored[key]) });
}

async function findTab(tabId: number | null): Promise<Browser.tabs.Tab | undefined> {
  if (tabId === null) {
    return (await browser.tabs.query({ active: true, currentWindow: true }))[0];
  }
  return browser.tabs.get(tabId).catch(() => undefined);
}

/** Only the background writes these, from validated reports. */
function asState(stored: unknown): PageState | null {
  return (stored as PageState | undefined) ?? null;
}

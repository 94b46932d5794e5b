/** The active tab of the window that the panel stands in, followed as it changes. */
import { useEffect, useState } from "preact/hooks";
import { browser } from "wxt/browser";

export interface Place {
  windowId: number;
  tabId: number;
  /** A private window: nothing that comes from it is kept. */
  isPrivate: boolean;
}

/** Null until it is known. @param fixedTabId a tab to keep to instead; its window is not followed */
export function usePlace(fixedTabId: number | null): Place | null {
  const [place, setPlace] = useState<Place | null>(null);
  useEffect(() => {
    const unmounted = new AbortController();
    const show = (next: Place) => {
      if (!unmounted.signal.aborted) setPlace(next);
    };
    if (fixedTabId === null) void follow(show, unmounted.signal);
    else void keepTo(fixedTabId, show);
    return () => unmounted.abort();
  }, [fixedTabId]);
  return place;
}

async function keepTo(tabId: number, show: (place: Place) => void): Promise<void> {
  const tab = await browser.tabs.get(tabId).catch(() => null);
  // A closed tab is said to be closed by whoever asks for its page.
  show({ tabId, windowId: tab?.windowId ?? -1, isPrivate: tab?.incognito ?? false });
}

async function follow(show: (place: Place) => void, signal: AbortSignal): Promise<void> {
  const { id: windowId, incognito: isPrivate } = await browser.windows.getCurrent();
  if (windowId === undefined || signal.aborted) return;
  let current: number | null = null;
  const go = (tabId: number) => {
    current = tabId;
    show({ windowId, tabId, isPrivate });
  };
  const onActivated = (active: { tabId: number; windowId: number }) => {
    if (active.windowId === windowId) go(active.tabId);
  };
  // A page that was prepared ahead comes in a tab of another number.
  const onReplaced = (added: number, removed: number) => {
    if (removed === current) go(added);
  };
  browser.tabs.onActivated.addListener(onActivated);
  browser.tabs.onReplaced.addListener(onReplaced);
  signal.addEventListener("abort", () => {
    browser.tabs.onActivated.removeListener(onActivated);
    browser.tabs.onReplaced.removeListener(onReplaced);
  });
  const [active] = await browser.tabs.query({ active: true, windowId });
  if (active?.id !== undefined && current === null) go(active.id);
}

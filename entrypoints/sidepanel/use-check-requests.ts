/** Takes up what a context menu or a key has asked to be checked in this window, once each. */
import { useEffect, useRef } from "preact/hooks";
import { browser } from "wxt/browser";
import { type CheckRequest, checkRequest, checkRequestKey, parseMessage } from "../shared/messages";

/** @param windowId null takes none */
export function useCheckRequests(
  windowId: number | null,
  take: (request: CheckRequest) => void,
): void {
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    if (windowId === null) return;
    const key = checkRequestKey(windowId);
    let lastId = "";
    const receive = (stored: unknown) => {
      const request = parseMessage(checkRequest, stored);
      // Both the first look and the listener may see the same one.
      if (!request || request.id === lastId) return;
      lastId = request.id;
      void browser.storage.session.remove(key);
      latest.current(request);
    };
    const onChanged = (changes: Record<string, { newValue?: unknown }>, area: string) => {
      if (area === "session") receive(changes[key]?.newValue);
    };
    browser.storage.onChanged.addListener(onChanged);
    void browser.storage.session.get(key).then((stored) => receive(stored[key]));
    return () => browser.storage.onChanged.removeListener(onChanged);
  }, [windowId]);
}

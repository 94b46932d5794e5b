/**
 * Opening the workbench, whatever the browser calls its side panel. The one place that knows the
 * difference.
 */
import { browser } from "wxt/browser";

/** As Firefox has it; typings know Chrome's alone. */
interface SidebarAction {
  open(): Promise<void>;
}

interface Place {
  id?: number;
  windowId: number;
}

/**
 * Opens the panel beside a tab. Must be called in the turn of a person's gesture, before anything
 * is awaited; where the browser still refuses, or has no panels, the workbench opens in a tab.
 */
export async function openPanel({ id, windowId }: Place): Promise<void> {
  try {
    await besideTabs(windowId);
  } catch {
    if (id !== undefined) await openInTab(id, true);
  }
}

function besideTabs(windowId: number): Promise<void> {
  const { sidebarAction } = browser as unknown as { sidebarAction?: SidebarAction };
  return sidebarAction ? sidebarAction.open() : browser.sidePanel.open({ windowId });
}

/**
 * Opens the workbench for a tab in a tab of its own, for wide screens; one that is open already
 * comes to the front.
 *
 * @param takesRequest whether it stands in for the panel, and takes what was asked to be checked
 */
export async function openInTab(tabId: number, takesRequest = false): Promise<void> {
  const query = `?tab=${tabId}${takesRequest ? "&request" : ""}`;
  const url = browser.runtime.getURL(`/sidepanel.html${query}`);
  const open = await browser.runtime.getContexts?.({ documentUrls: [url] });
  const known = open?.find((context) => context.tabId >= 0)?.tabId;
  if (known === undefined) await browser.tabs.create({ url });
  else await browser.tabs.update(known, { active: true });
}

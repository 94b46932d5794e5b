/**
 * Keeps the state of every tab in `storage.session`, where it survives the death of the worker.
 * Writes are gathered: a page that finds fifty pictures at once reports fifty times.
 */
import { browser } from "wxt/browser";
import { isFlagged } from "../../model/verdict/verdict";
import { type PageState, pageKey } from "../shared/messages";
import { emptyPage } from "./page-state";

/** Far below the 30 s that a worker lives after its last event. */
const writeDelayMs = 120;

interface Tab {
  state: Promise<PageState>;
  write: ReturnType<typeof setTimeout> | null;
}

export class PageStore {
  private readonly tabs = new Map<number, Tab>();

  /** @param changed called with every state that was to be written */
  constructor(private readonly changed: (tabId: number, state: PageState) => void) {}

  /** Takes one step from the tab's state to its next; steps of one tab run in order. */
  update(tabId: number, step: (state: PageState) => PageState): void {
    const tab = this.tab(tabId);
    tab.state = tab.state.then(step);
    tab.write ??= setTimeout(() => {
      tab.write = null;
      void this.write(tabId, tab);
    }, writeDelayMs);
  }

  async remove(tabId: number): Promise<void> {
    const tab = this.tabs.get(tabId);
    if (tab?.write) clearTimeout(tab.write);
    this.tabs.delete(tabId);
    await browser.storage.session.remove(pageKey(tabId));
  }

  /** Tabs with a stored state, those from before the worker last died included. */
  async tabIds(): Promise<number[]> {
    const stored = await browser.storage.session.get(null);
    return Object.keys(stored)
      .map((key) => /^page:(\d+)$/.exec(key)?.[1])
      .filter((id) => id !== undefined)
      .map(Number);
  }

  read(tabId: number): Promise<PageState> {
    return this.tab(tabId).state;
  }

  private tab(tabId: number): Tab {
    let tab = this.tabs.get(tabId);
    if (!tab) {
      tab = { state: load(tabId), write: null };
      this.tabs.set(tabId, tab);
    }
    return tab;
  }

  private async write(tabId: number, tab: Tab): Promise<void> {
    const state = await tab.state;
    if (this.tabs.get(tabId) !== tab) return;
    // Over the quota of all tabs together, the verdicts matter more than the small pictures, and the
    // flags more than the rest.
    for (const reduced of [(same: PageState) => same, withoutThumbnails, onlyFlagged]) {
      try {
        await browser.storage.session.set({ [pageKey(tabId)]: reduced(state) });
        break;
      } catch {
        tab.state = tab.state.then(withoutThumbnails);
      }
    }
    this.changed(tabId, state);
  }
}

function withoutThumbnails(state: PageState): PageState {
  return { ...state, media: state.media.map(({ thumbnail: _, ...medium }) => medium) };
}

function onlyFlagged(state: PageState): PageState {
  const flagged = state.media.filter(({ level }) => isFlagged(level));
  return withoutThumbnails({ ...state, media: flagged });
}

/** States are written by this module alone, so their shape is trusted. */
async function load(tabId: number): Promise<PageState> {
  const key = pageKey(tabId);
  const stored = await browser.storage.session.get(key);
  return (stored[key] as PageState | undefined) ?? emptyPage;
}

/**
 * One frame of a page from its first moment to its last: starts a session while Unmask is on for
 * the tab's site, ends it when it is switched off or when the extension itself goes.
 */
import { maxUrlChars } from "../shared/messages";
import {
  isSiteEnabled,
  loadSettings,
  onSettingsChanged,
  type Settings,
  saveSettings,
} from "../shared/settings";
import { obey, onCommand } from "./commands";
import { documentElement, isParsed, listen } from "./document-access";
import { sendToBackground } from "./extension";
import { ScanSession } from "./scan-session";

/** Frames come back from the back-forward cache in any order; the top one has to be heard first. */
const restoredFrameDelayMs = 300;

interface Running {
  session: ScanSession;
  ending: AbortController;
}

export async function runPage(signal: AbortSignal): Promise<void> {
  await activation(signal);
  const page = new AbortController();
  signal.addEventListener("abort", () => page.abort());
  // Sent before the document is parsed: a frame inside it must not report before its parent starts.
  const siteName = await startPage();
  await parsed(page.signal);
  // A badge is an HTML element; bare XML and SVG documents have no place for it.
  if (!(documentElement() instanceof HTMLElement)) return;

  let running: Running | null = null;
  const apply = (latest: Settings) => {
    if (page.signal.aborted) return;
    if (!isSiteEnabled(latest, siteName)) {
      if (!running) return;
      running.ending.abort();
      running = null;
      void startPage();
    } else if (running) {
      running.session.update(latest);
    } else {
      running = start(latest, siteName, page);
    }
  };
  onSettingsChanged(apply, page.signal);
  const settings = await loadSettings().catch(() => null);
  // Null where the extension has gone meanwhile.
  if (settings) apply(settings);

  onCommand((command) => obey(command, running?.session ?? null, page.signal), page.signal);
  listen(window, ["pagehide"], () => running?.session.suspend(), page.signal);
  const shown = async (event: Event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    // What the page before this one had is void, and must be before any frame reports again.
    if (window === window.top) void startPage();
    else await new Promise((resolve) => setTimeout(resolve, restoredFrameDelayMs));
    // Changes made meanwhile have not reached a page in the cache.
    const latest = await loadSettings().catch(() => null);
    if (!latest) return;
    apply(latest);
    running?.session.resume();
  };
  listen(window, ["pageshow"], (event) => void shown(event), page.signal);
}

function start(settings: Settings, siteName: string, page: AbortController): Running {
  const ending = new AbortController();
  page.signal.addEventListener("abort", () => ending.abort(), { signal: ending.signal });
  const options = {
    siteName,
    hideSite: () => void switchOff(siteName),
    orphaned: () => page.abort(),
  };
  return { session: new ScanSession(settings, options, ending.signal), ending };
}

async function switchOff(site: string): Promise<void> {
  const { disabledSites } = await loadSettings();
  if (!disabledSites.includes(site))
    await saveSettings({ disabledSites: [...disabledSites, site] });
}

/** @returns host name of the tab's page: a site is switched on or off with all its frames */
async function startPage(): Promise<string> {
  const answer = await sendToBackground({
    type: "page-started",
    url: location.href.slice(0, maxUrlChars),
  });
  if (window === window.top) return location.hostname;
  const { topHost } = (answer ?? {}) as { topHost?: unknown };
  return typeof topHost === "string" ? topHost : location.hostname;
}

/** A page that the browser prepares ahead may never be looked at. */
function activation(signal: AbortSignal): Promise<void> {
  if (!(document as { prerendering?: boolean }).prerendering) return Promise.resolve();
  return new Promise((resolve) =>
    listen(document, ["prerenderingchange"], () => resolve(), signal),
  );
}

function parsed(signal: AbortSignal): Promise<void> {
  if (isParsed()) return Promise.resolve();
  return new Promise((resolve) => listen(document, ["DOMContentLoaded"], () => resolve(), signal));
}

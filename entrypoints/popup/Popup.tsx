/** The popup as a whole: the site and its switch, what was found, and the switch for everything. */
import { useCallback, useState } from "preact/hooks";
import { browser } from "wxt/browser";
import { EmptyState } from "../../components/EmptyState";
import { Switch } from "../../components/Switch";
import type { PageState } from "../shared/messages";
import { groupMedia, type Medium } from "../shared/page/groups";
import { NothingToShow } from "../shared/page/NothingToShow";
import { PageSummary } from "../shared/page/PageSummary";
import { showMedium } from "../shared/page/page-commands";
import { siteOf, situationOf } from "../shared/page/situation";
import { type Page, usePage } from "../shared/page/use-page";
import { openPanel } from "../shared/panel";
import { type Settings, saveSettings } from "../shared/settings";
import { useSettings } from "../shared/use-settings";
import { MediaList } from "./MediaList";

/** @param detachedTabId tab to speak of when the popup is a page of its own; null: the active one */
export function Popup({ detachedTabId }: { detachedTabId: number | null }) {
  const settings = useSettings();
  const page = usePage(detachedTabId);
  // Both come within milliseconds; a spinner would only flash.
  if (!settings || !page) return null;
  const url = page === "none" ? undefined : page.url;
  return (
    <>
      <header>
        <div class="head">
          <img src="/icon/unmask.svg" width={26} height={26} alt="" />
          <h1>Unmask</h1>
          <button
            type="button"
            class="icon-button"
            aria-label="Settings"
            title="Settings"
            onClick={() => void browser.runtime.openOptionsPage()}
          >
            <SettingsSign />
          </button>
        </div>
        <SiteSwitch site={siteOf(url)} settings={settings} />
      </header>
      <main>
        {page === "none" ? (
          <EmptyState sign="closed" heading="This tab is closed" />
        ) : (
          <Content page={page} settings={settings} staysOpen={detachedTabId !== null} />
        )}
      </main>
      <footer class="foot">
        {page !== "none" && <OpenWorkbench page={page} />}
        <Switch
          checked={settings.enabled}
          onChange={(enabled) => void saveSettings({ enabled })}
          note="Everything is checked on this device."
        >
          Unmask is {settings.enabled ? "on" : "off"}
        </Switch>
      </footer>
    </>
  );
}

function OpenWorkbench({ page }: { page: Page }) {
  const open = async () => {
    // Nothing may be awaited before: the panel opens in the turn of the click alone.
    await openPanel({ id: page.tabId, windowId: page.windowId });
    window.close();
  };
  return (
    <button type="button" class="button workbench-button" onClick={() => void open()}>
      Open the workbench
    </button>
  );
}

function SiteSwitch({ site, settings }: { site: string; settings: Settings }) {
  if (!site) return null;
  const others = settings.disabledSites.filter((host) => host !== site);
  const checked = !settings.disabledSites.includes(site);
  return (
    <div class="site">
      <Switch
        checked={settings.enabled && checked}
        disabled={!settings.enabled}
        onChange={(on) => void saveSettings({ disabledSites: on ? others : [...others, site] })}
      >
        Check <bdi class="site-name">{site}</bdi>
      </Switch>
    </div>
  );
}

interface ContentProps {
  page: Page;
  settings: Settings;
  staysOpen: boolean;
}

function Content({ page, settings, staysOpen }: ContentProps) {
  const situation = situationOf(page.url, page.state, settings);
  if (situation === "results" && page.state) {
    return <Results tabId={page.tabId} state={page.state} staysOpen={staysOpen} />;
  }
  return <NothingToShow page={page} situation={situation} settings={settings} />;
}

interface ResultsProps {
  tabId: number;
  state: PageState;
  staysOpen: boolean;
}

function Results({ tabId, state, staysOpen }: ResultsProps) {
  const [gone, setGone] = useState(false);
  const groups = groupMedia(state.media);

  const show = useCallback(
    async (medium: Medium) => {
      const shown = await showMedium(tabId, medium);
      setGone(!shown);
      if (shown && !staysOpen) window.close();
    },
    [tabId, staysOpen],
  );

  return (
    <>
      <PageSummary tabId={tabId} state={state} groups={groups} />
      {gone && (
        <p class="notice trouble" role="alert">
          That one is no longer on the page.
        </p>
      )}
      <MediaList groups={groups} onShow={show} />
    </>
  );
}

function SettingsSign() {
  return (
    <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
      <path
        d="M3 6h7M14 6h3M3 14h3M10 14h7"
        fill="none"
        stroke="currentColor"
        stroke-width="1.7"
        stroke-linecap="round"
      />
      <circle cx="12" cy="6" r="2" fill="none" stroke="currentColor" stroke-width="1.7" />
      <circle cx="8" cy="14" r="2" fill="none" stroke="currentColor" stroke-width="1.7" />
    </svg>
  );
}

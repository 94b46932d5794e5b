/** The popup as a whole: the site and its switch, what was found, and the switch for everything. */
import { useCallback, useState } from "preact/hooks";
import { browser } from "wxt/browser";
import { EmptyState } from "../../components/EmptyState";
import { LevelMark } from "../../components/LevelMark";
import { Switch } from "../../components/Switch";
import { counted } from "../../components/words";
import type { PageState } from "../shared/messages";
import { type Settings, saveSettings } from "../shared/settings";
import { useSettings } from "../shared/use-settings";
import { groupMedia, type Medium } from "./groups";
import { MediaList } from "./MediaList";
import { scanAgain, showMedium } from "./page-commands";
import { type Situation, siteOf, situationOf } from "./situation";
import { progressOf, summarise } from "./summary";
import { type Page, usePage } from "./use-page";

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
  return <Nothing page={page} situation={situation} settings={settings} />;
}

interface NothingProps {
  page: Page;
  situation: Situation;
  settings: Settings;
}

function Nothing({ page: { tabId, url, state }, situation, settings }: NothingProps) {
  switch (situation) {
    case "off-everywhere":
      return (
        <EmptyState
          sign="off"
          heading="Unmask is switched off"
          action={{ name: "Switch on", onClick: () => void saveSettings({ enabled: true }) }}
        >
          No page is looked at until you switch it on again.
        </EmptyState>
      );
    case "off-here": {
      const site = siteOf(url);
      const disabledSites = settings.disabledSites.filter((host) => host !== site);
      return (
        <EmptyState
          sign="off"
          heading="Switched off on this site"
          action={{ name: "Switch on here", onClick: () => void saveSettings({ disabledSites }) }}
        >
          Pictures and videos on {site} are not looked at.
        </EmptyState>
      );
    }
    case "off-all-kinds":
      return (
        <EmptyState
          sign="off"
          heading="Pictures and videos are switched off"
          action={{ name: "Open settings", onClick: () => void browser.runtime.openOptionsPage() }}
        >
          With both switched off in the settings there is nothing to check.
        </EmptyState>
      );
    case "closed":
      return (
        <EmptyState sign="closed" heading="Unmask cannot look at this page">
          The browser lets no extension run on its own pages and in its store.
        </EmptyState>
      );
    case "closed-file":
      return (
        <EmptyState sign="closed" heading="Unmask may not look at local files">
          To allow it, open the details of Unmask on the browser's extensions page and switch on
          “Allow access to file URLs”. Then reload this page.
        </EmptyState>
      );
    case "unseen":
      return (
        <EmptyState
          sign="face"
          heading="This page has not been checked"
          action={{ name: "Reload page", onClick: () => void browser.tabs.reload(tabId) }}
        >
          It was open before Unmask was installed or updated. Reload it to have it checked.
        </EmptyState>
      );
    case "failed":
      return (
        <EmptyState
          sign="trouble"
          heading="The detector could not start"
          action={{ name: "Try again", onClick: () => void scanAgain(tabId) }}
        >
          Nothing on this page was checked.{" "}
          {state?.detectorDetail && `Reported: ${state.detectorDetail}`}
        </EmptyState>
      );
    case "starting":
      return (
        <div role="status">
          <EmptyState sign="face" heading="Starting the detector">
            The first check after a while takes a few seconds.
          </EmptyState>
        </div>
      );
    case "nothing-found":
    case "results":
      return (
        <EmptyState sign="face" heading="Nothing to check so far">
          No picture or video that is large enough to show a face has come into view.
        </EmptyState>
      );
  }
}

interface ResultsProps {
  tabId: number;
  state: PageState;
  staysOpen: boolean;
}

function Results({ tabId, state, staysOpen }: ResultsProps) {
  const [gone, setGone] = useState(false);
  const groups = groupMedia(state.media);
  const { level, sentence, counts } = summarise(groups);
  const progress = progressOf(groups);
  const waiting = progress ? 0 : groups.pending.length;

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
      <div class={`summary level-${level ?? "none"}`}>
        <LevelMark level={level} size={26} />
        <div>
          {/* Changes only when the finding does, so a screen reader is not told of every picture. */}
          <p class="summary-sentence" role="status">
            {sentence}
          </p>
          {counts && <p class="summary-counts">{counts}</p>}
        </div>
      </div>
      {progress && (
        <div class="progress">
          <label for="progress">
            Checking: {progress.done} of {progress.total} done
          </label>
          <progress id="progress" value={progress.done} max={progress.total} />
        </div>
      )}
      {waiting > 0 && (
        <p class="notice">
          {counted(waiting, "more waits until it comes", "more wait until they come")} into view or{" "}
          {waiting === 1 ? "plays" : "play"}.
        </p>
      )}
      {state.detector === "failed" && (
        <div class="notice trouble" role="alert">
          <p>
            The detector has stopped. {state.detectorDetail && `Reported: ${state.detectorDetail}`}
          </p>
          <button type="button" class="button" onClick={() => void scanAgain(tabId)}>
            Try again
          </button>
        </div>
      )}
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

/** Why there is no list of media for a page, and what can be done about it. */
import { browser } from "wxt/browser";
import { EmptyState } from "../../../components/EmptyState";
import { type Settings, saveSettings } from "../settings";
import { scanAgain } from "./page-commands";
import { type Situation, siteOf } from "./situation";
import type { Page } from "./use-page";

interface Props {
  page: Page;
  situation: Situation;
  settings: Settings;
}

export function NothingToShow({ page: { tabId, url, state }, situation, settings }: Props) {
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

/** Everything that can be set, and below it what there is to know: model, privacy, licences. */
import { Switch } from "../../components/Switch";
import { type Settings, saveSettings } from "../shared/settings";
import { useSettings } from "../shared/use-settings";
import { Licences } from "./Licences";
import { ModelFacts } from "./ModelFacts";

export function Options() {
  const settings = useSettings();
  if (!settings) return null;
  return (
    <main class="page">
      <header class="page-head">
        <img src="/icon/unmask.svg" width={40} height={40} alt="" />
        <h1>Unmask settings</h1>
      </header>
      <Checking settings={settings} />
      <Flags settings={settings} />
      <Sites hosts={settings.disabledSites} />
      <ModelFacts />
      <Privacy />
      <Licences />
    </main>
  );
}

function Checking({ settings }: { settings: Settings }) {
  const { enabled, scanImages, scanVideos } = settings;
  return (
    <section aria-labelledby="checking">
      <h2 id="checking">What is checked</h2>
      <Switch checked={enabled} onChange={(on) => void saveSettings({ enabled: on })}>
        Check the pages I visit
      </Switch>
      <Switch
        checked={scanImages}
        disabled={!enabled}
        onChange={(on) => void saveSettings({ scanImages: on })}
      >
        Pictures
      </Switch>
      <Switch
        checked={scanVideos}
        disabled={!enabled}
        onChange={(on) => void saveSettings({ scanVideos: on })}
        note="While they play and can be seen."
      >
        Videos
      </Switch>
    </section>
  );
}

function Flags({ settings: { showAllBadges } }: { settings: Settings }) {
  const choice = (all: boolean, name: string, note: string) => (
    <label class="choice">
      <input
        type="radio"
        name="badges"
        checked={showAllBadges === all}
        onChange={() => void saveSettings({ showAllBadges: all })}
      />
      <span>
        {name}
        <span class="switch-note">{note}</span>
      </span>
    </label>
  );
  return (
    <section>
      <fieldset>
        <legend>
          <h2>Where a badge is shown</h2>
        </legend>
        {choice(
          false,
          "On flagged pictures and videos",
          "Pages look as they always do until there are signs.",
        )}
        {choice(
          true,
          "On everything that was checked",
          "Also where no signs were found, and where nothing can be said.",
        )}
      </fieldset>
    </section>
  );
}

function Sites({ hosts }: { hosts: string[] }) {
  const without = (host: string) => hosts.filter((other) => other !== host);
  return (
    <section aria-labelledby="sites">
      <h2 id="sites">Sites that are not checked</h2>
      {hosts.length === 0 ? (
        <p class="soft">
          None. To switch a site off, open it and use the switch behind the Unmask icon.
        </p>
      ) : (
        <ul class="sites">
          {hosts.toSorted().map((host) => (
            <li key={host}>
              <bdi>{host}</bdi>
              <button
                type="button"
                class="button"
                aria-label={`Remove ${host}`}
                onClick={() => void saveSettings({ disabledSites: without(host) })}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Privacy() {
  return (
    <section aria-labelledby="privacy">
      <h2 id="privacy">Privacy</h2>
      <p>
        Nothing you look at leaves this device. There is no account, no server behind Unmask and no
        usage report. The detector and its model are part of the extension.
      </p>
      <p class="soft">
        To see a picture as it was published, Unmask asks the page's own server for it once more,
        mostly out of the browser's cache, and without your cookies. The list of what was checked on
        a page is forgotten when you close the browser. Flagged media, and those that you have
        checked yourself, are remembered on this device for a time that you can{" "}
        <a href="/cases.html#history">set or switch off</a>; nothing from private windows is.
      </p>
    </section>
  );
}

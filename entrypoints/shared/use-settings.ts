/** Settings as a hook: null until they are read, then always what is in force. */
import { useEffect, useState } from "preact/hooks";
import { loadSettings, onSettingsChanged, type Settings } from "./settings";

export function useSettings(): Settings | null {
  const [settings, setSettings] = useState<Settings | null>(null);
  useEffect(() => {
    const unmounted = new AbortController();
    // Listening comes first, so that no change falls between the reading and the listening.
    onSettingsChanged(setSettings, unmounted.signal);
    void loadSettings().then((loaded) => {
      if (!unmounted.signal.aborted) setSettings((current) => current ?? loaded);
    });
    return () => unmounted.abort();
  }, []);
  return settings;
}

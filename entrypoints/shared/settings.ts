/**
 * The one place that knows what can be set and what is in force. Contexts read `loadSettings` and
 * follow `onSettingsChanged`; nothing else touches the storage key.
 */
import * as v from "valibot";
import { browser } from "wxt/browser";

const settingsKey = "settings";

/** How long the history remembers, in days. */
export const historyRetentions = ["off", "7", "30", "90", "forever"] as const;
export type HistoryRetention = (typeof historyRetentions)[number];

const schema = v.object({
  /** Master switch. */
  enabled: v.optional(v.boolean(), true),
  /** Host names on which nothing is scanned. */
  disabledSites: v.optional(v.array(v.string()), []),
  /** Badges on everything that was scanned, not on flagged media alone. */
  showAllBadges: v.optional(v.boolean(), false),
  scanImages: v.optional(v.boolean(), true),
  scanVideos: v.optional(v.boolean(), true),
  /** How long flagged and checked media are remembered, on this device only. */
  history: v.optional(v.picklist(historyRetentions), "30"),
});
export type Settings = v.InferOutput<typeof schema>;

export const defaultSettings: Settings = v.parse(schema, {});

/** Stored settings; values that are damaged or of an older version fall back to their defaults. */
function parseSettings(stored: unknown): Settings {
  const result = v.safeParse(schema, stored ?? {});
  return result.success ? result.output : defaultSettings;
}

export async function loadSettings(): Promise<Settings> {
  const stored = await browser.storage.local.get(settingsKey);
  return parseSettings(stored[settingsKey]);
}

export async function saveSettings(change: Partial<Settings>): Promise<Settings> {
  const settings = { ...(await loadSettings()), ...change };
  await browser.storage.local.set({ [settingsKey]: settings });
  return settings;
}

/** Calls back with the new settings until the signal aborts. */
export function onSettingsChanged(callback: (settings: Settings) => void, signal: AbortSignal) {
  const listener = (changes: Record<string, { newValue?: unknown }>, area: string) => {
    const change = area === "local" ? changes[settingsKey] : undefined;
    if (change) callback(parseSettings(change.newValue));
  };
  browser.storage.onChanged.addListener(listener);
  signal.addEventListener("abort", () => browser.storage.onChanged.removeListener(listener));
}

/** Whether a site is scanned; `host` as in `location.hostname` of the tab's top document. */
export function isSiteEnabled(settings: Settings, host: string): boolean {
  return settings.enabled && !settings.disabledSites.includes(host);
}

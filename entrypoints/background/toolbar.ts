/**
 * The toolbar icon: how many media of the tab are flagged, in a number and in words, and whether
 * Unmask is off here. A page can cover a badge, but it cannot reach this.
 */
import { browser } from "wxt/browser";
import { counted, kindWord } from "../../components/words";
import { isFlagged } from "../../model/verdict/verdict";
import type { PageState } from "../shared/messages";
import { isSiteEnabled, type Settings } from "../shared/settings";
import { flaggedCount } from "./page-state";

/** Amber brown with white digits (5.9:1): a notice, not an alarm. */
const flagColour = "#8f5200";
const offColour = "#6b7480";

export interface ToolbarFace {
  text: string;
  colour: string;
  title: string;
}

/** What the icon shows for a page. */
export function toolbarFace(state: PageState, settings: Settings): ToolbarFace {
  if (!settings.enabled) {
    return { text: "off", colour: offColour, title: "Unmask is switched off" };
  }
  const host = hostOf(state.url);
  if (host && !isSiteEnabled(settings, host)) {
    return { text: "off", colour: offColour, title: `Unmask is off on ${host}` };
  }
  const count = flaggedCount(state);
  if (count > 0) {
    return {
      text: count > 99 ? "99+" : String(count),
      colour: flagColour,
      title: `Unmask: signs of manipulation in ${flaggedWords(state)} on this page`,
    };
  }
  const title =
    state.detector === "failed"
      ? "Unmask: the detector could not start"
      : "Unmask: nothing flagged";
  return { text: "", colour: flagColour, title };
}

/** "1 picture and 2 videos". */
function flaggedWords({ media }: PageState): string {
  const kinds = (["image", "video"] as const).map((kind) => {
    const count = media.filter((medium) => medium.kind === kind && isFlagged(medium.level)).length;
    return count > 0 ? counted(count, kindWord[kind]) : "";
  });
  return kinds.filter(Boolean).join(" and ");
}

export async function showInToolbar(tabId: number, face: ToolbarFace): Promise<void> {
  try {
    await Promise.all([
      browser.action.setBadgeText({ tabId, text: face.text }),
      browser.action.setBadgeBackgroundColor({ tabId, color: face.colour }),
      browser.action.setBadgeTextColor({ tabId, color: "#ffffff" }),
      browser.action.setTitle({ tabId, title: face.title }),
    ]);
  } catch {
    // The tab was closed meanwhile.
  }
}

function hostOf(url: string): string {
  return URL.parse(url)?.hostname ?? "";
}

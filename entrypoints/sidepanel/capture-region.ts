/**
 * A part of the screen as a picture: the person draws a rectangle on the page, the background takes
 * a picture of the tab, and the rectangle is cut out of it at the pixels of the device.
 */
import { browser } from "wxt/browser";
import type { Region, ToBackground } from "../shared/messages";
import { selectRegion } from "../shared/page/page-commands";
import { type Prepared, type TabFacts, Unavailable } from "./prepare";

export const regionNotice =
  "This is a screenshot of a part of the page, not the picture's file. It shows what the browser drew, at the size it is displayed: scaling and effects of the page can hide traces, or leave some.";

/** Chrome's limit of two captures a second is waited out; what takes longer than this is a fault. */
const patienceMs = 6000;
const retryMs = 600;

/** @returns null where the person called it off. @throws Unavailable */
export async function captureRegion(tab: TabFacts): Promise<Prepared | null> {
  // From a workbench in a tab of its own: a tab behind it can neither be drawn on nor captured.
  const own = await browser.tabs.getCurrent().catch(() => undefined);
  if (own?.id !== undefined) await browser.tabs.update(tab.tabId, { active: true });
  try {
    const region = await selectRegion(tab.tabId).catch(() => {
      throw new Unavailable(
        "Unmask cannot draw on this page: the browser keeps it to itself, or it was open before Unmask was installed.",
      );
    });
    if (!region) return null;
    const bytes = await crop(await capture(tab.tabId), region);
    return {
      request: {
        kind: "bytes",
        bytes,
        origin: { kind: "region", pageUrl: tab.url, pageTitle: tab.title },
      },
      notice: regionNotice,
    };
  } finally {
    if (own?.id !== undefined) await browser.tabs.update(own.id, { active: true });
  }
}

/** A PNG of the tab as a `data:` URL. */
async function capture(tabId: number): Promise<string> {
  const until = performance.now() + patienceMs;
  for (;;) {
    const message: ToBackground = { type: "capture-tab-of", tabId };
    const answer: unknown = await browser.runtime.sendMessage(message);
    const { png, wait, refused } = (answer ?? {}) as Record<string, unknown>;
    if (typeof png === "string") return png;
    // A busy browser fails to read back what it drew now and then; the next time it does.
    const pause = typeof wait === "number" ? wait : retryMs;
    if (performance.now() + pause > until) {
      const why = typeof refused === "string" ? `: ${refused}` : "";
      throw new Unavailable(`The browser gave no picture of the tab${why}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function crop(png: string, region: Region): Promise<Blob> {
  const whole = await createImageBitmap(await (await fetch(png)).blob());
  try {
    const scale = whole.width / region.viewportWidth;
    const left = Math.round(region.x * scale);
    const top = Math.round(region.y * scale);
    const width = Math.min(whole.width - left, Math.round(region.width * scale));
    const height = Math.min(whole.height - top, Math.round(region.height * scale));
    if (width < 1 || height < 1) throw new Unavailable("The rectangle lies outside the page.");
    const canvas = new OffscreenCanvas(width, height);
    // Copied pixel by pixel: smoothing would wipe out what the detector looks for.
    canvas.getContext("2d")?.drawImage(whole, left, top, width, height, 0, 0, width, height);
    return await canvas.convertToBlob({ type: "image/png" });
  } finally {
    whole.close();
  }
}

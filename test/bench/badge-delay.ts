/** From a picture becoming visible to its badge, in a page with the extension. */
import { readFile } from "node:fs/promises";
import { launchBrowser } from "../../cli/browser";
import { startSite } from "../../cli/site";

export interface BadgeDelays {
  /** The first picture after the browser's start: the detector loads meanwhile. Milliseconds. */
  coldMs: number;
  /** The pictures after it, each in a page of its own. Milliseconds, in the order measured. */
  warmMs: number[];
}

/** A badge later than this is called a failure. */
const deadlineMs = 120_000;

/** @param picture path of a picture with a face. */
export async function measureBadgeDelays(
  extensionDir: string,
  picture: string,
  repeats: number,
): Promise<BadgeDelays> {
  const bytes = await readFile(picture);
  const files: Record<string, string | Uint8Array> = {
    "/": `<!doctype html><title>Badge delay</title><img style="display: none; width: 400px">`,
  };
  for (let i = 0; i <= repeats; i++) {
    // Bytes after a picture's end change nothing but its hash, by which verdicts are remembered.
    files[`/${i}.jpg`] = Buffer.concat([bytes, Buffer.from(`#${i}`)]);
  }
  const site = await startSite({ files });
  const settings = { showAllBadges: true };
  const browser = await launchBrowser({ extensionDir, settings, graphics: "any" });
  try {
    const delays: number[] = [];
    for (let i = 0; i <= repeats; i++) {
      const page = await browser.context.newPage();
      await page.goto(site.origin);
      delays.push(await page.evaluate(revealAndWait, { address: `/${i}.jpg`, deadlineMs }));
      await page.close();
    }
    const [coldMs = Number.NaN, ...warmMs] = delays;
    return { coldMs, warmMs };
  } finally {
    await browser.close();
    await site.close();
  }
}

/** Runs in the page: loads the picture unseen, shows it, and waits for the extension's top layer. */
async function revealAndWait({ address, deadlineMs }: { address: string; deadlineMs: number }) {
  const image = document.querySelector("img") as HTMLImageElement;
  image.src = address;
  await image.decode();
  const started = performance.now();
  image.style.display = "block";
  return new Promise<number>((resolve, reject) => {
    setTimeout(() => reject(new Error(`no badge after ${deadlineMs} ms`)), deadlineMs);
    new MutationObserver((records) => {
      const added = records.flatMap((record) => [...record.addedNodes]);
      if (added.some((node) => node instanceof HTMLElement && node.popover === "manual")) {
        resolve(performance.now() - started);
      }
    }).observe(document.documentElement, { childList: true });
  });
}

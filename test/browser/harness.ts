/**
 * What browser tests share: the extension in a real Chromium, copies of it that a test may damage,
 * and a site on two origins.
 */
import { cp, mkdtemp } from "node:fs/promises";
import { join } from "node:path";
import { inject } from "vitest";
import * as browser from "../../cli/browser";

export { type Site, type SiteFile, type SiteOptions, startSite } from "../../cli/site";

/** Public pictures and videos; SOURCES.md there says whose they are. */
export const mediaDir = join(import.meta.dirname, "..", "fixtures", "media");

/** Opens the built extension, or the one in `extensionDir`; close it in `afterAll`. */
export function launchBrowser(
  options: Partial<browser.LaunchOptions> = {},
): Promise<browser.LaunchedBrowser> {
  return browser.launchBrowser({
    extensionDir: inject("extensionDir"),
    scratchDir: inject("scratchDir"),
    ...options,
  });
}

/** Copies the built extension and lets `change` alter the copy; returns its folder. */
export async function copyExtension(
  change: (dir: string) => void | Promise<void>,
): Promise<string> {
  const dir = await mkdtemp(join(inject("scratchDir"), "altered-"));
  await cp(inject("extensionDir"), dir, { recursive: true });
  await change(dir);
  return dir;
}

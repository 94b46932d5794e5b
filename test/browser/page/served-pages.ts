/** A site and a browser with the extension on its fake detector, for all tests of one file. */
import type { Page, Worker } from "playwright-core";
import { afterAll, afterEach, beforeAll } from "vitest";
import type { LaunchedBrowser } from "../../../cli/browser";
import { type Site, type SiteFile, startSite } from "../harness";
import { launchWithFakeDetector } from "./inspect";

export interface ServedPages {
  readonly site: Site;
  /** The extension's service worker. */
  readonly worker: Worker;
  /** Serves a page with this body under an address of its own and opens it until the test ends. */
  open(body: string, options?: { head?: string; headers?: Record<string, string> }): Promise<Page>;
}

/** @param files by path; a test may add to them. */
export function servePages(
  files: Record<string, SiteFile | string>,
  folders: Record<string, string> = {},
): ServedPages {
  let site: Site;
  let browser: LaunchedBrowser;
  let count = 0;
  const pages = new Set<Page>();

  beforeAll(async () => {
    site = await startSite({ files, folders });
    browser = await launchWithFakeDetector();
  });
  afterEach(async () => {
    for (const opened of pages) await opened.close();
    pages.clear();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });

  return {
    get site() {
      return site;
    },
    get worker() {
      return browser.worker;
    },
    async open(body, { head = "", headers = {} } = {}) {
      count += 1;
      const path = `/page-${count}`;
      files[path] = { body: pageOf(body, head), headers };
      const opened = await browser.context.newPage();
      pages.add(opened);
      await opened.goto(site.origin + path);
      return opened;
    },
  };
}

/** A document with this body and nothing around it that takes up room. */
export function pageOf(body: string, head = ""): string {
  return `<!doctype html><html><head><title>t</title>${head}</head><body style="margin:0">${body}</body></html>`;
}

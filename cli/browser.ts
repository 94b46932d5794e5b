/**
 * Opens a Chrome or Chromium with the extension in a profile of its own, for the demo, the scanner
 * and the browser tests. The profile is removed when the browser closes.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type BrowserContext, chromium, type Worker } from "playwright-core";
import type { Settings } from "../entrypoints/shared/settings";
import { findBrowser } from "./find-browser.mjs";

export interface LaunchOptions {
  /** Folder of the unpacked extension. */
  extensionDir: string;
  /** Folder that the temporary profile is made in. */
  scratchDir?: string;
  /** Shows a window; otherwise Chrome's headless mode, which runs extensions too. */
  headed?: boolean;
  /** `software` gives the same WebGL on every machine; `any` takes the graphics card there is. */
  graphics?: "software" | "any";
  colorScheme?: "light" | "dark";
  /** Size of the page in CSS pixels; null lets a window decide. */
  viewport?: { width: number; height: number } | null;
  /** Settings stored before this resolves; those left out keep their defaults. */
  settings?: Partial<Settings>;
  args?: string[];
}

export interface LaunchedBrowser {
  context: BrowserContext;
  extensionId: string;
  /** The background service worker. */
  worker: Worker;
  /** Address of a page of the extension, such as `popup.html`. */
  extensionUrl(path: string): string;
  close(): Promise<void>;
}

/** Nothing the browser does by itself may reach the network or change a measurement. */
const quietArgs = [
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

const graphicsArgs = {
  software: ["--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
  any: ["--ignore-gpu-blocklist", "--enable-unsafe-swiftshader"],
};

/** @throws where there is no browser, it does not start, or it refuses the extension. */
export async function launchBrowser(options: LaunchOptions): Promise<LaunchedBrowser> {
  const { path: executablePath, problem } = findBrowser();
  if (!executablePath) throw new Error(`${problem} Run "node cli/ensure.mjs browser".`);
  const profile = await mkdtemp(join(options.scratchDir ?? tmpdir(), "unmask-profile-"));
  const removeProfile = () =>
    rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });

  let context: BrowserContext;
  try {
    context = await openContext(profile, executablePath, options);
  } catch (error) {
    await removeProfile();
    throw error;
  }
  const close = async () => {
    await context.close();
    await removeProfile();
  };
  try {
    const { extensionId, worker } = await loadExtension(context, resolve(options.extensionDir));
    if (options.settings) {
      await worker.evaluate(
        (settings) => chrome.storage.local.set({ settings }),
        options.settings as Record<string, unknown>,
      );
    }
    const extensionUrl = (path: string) => `chrome-extension://${extensionId}/${path}`;
    return { context, extensionId, worker, extensionUrl, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openContext(profile: string, executablePath: string, options: LaunchOptions) {
  const open = (chromiumSandbox: boolean) =>
    chromium.launchPersistentContext(profile, {
      executablePath,
      // Playwright's own headless switch starts a shell without extensions.
      headless: false,
      chromiumSandbox,
      colorScheme: options.colorScheme,
      viewport: options.viewport,
      // Signals are for the command to answer: it has results to print and a profile to remove.
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
      ignoreDefaultArgs: ["--disable-extensions"],
      args: [
        ...(options.headed ? [] : ["--headless=new"]),
        ...graphicsArgs[options.graphics ?? "software"],
        ...quietArgs,
        "--enable-unsafe-extension-debugging",
        ...(options.args ?? []),
      ],
    });
  // Chrome refuses to run sandboxed as root.
  if (process.getuid?.() === 0) return open(false);
  try {
    return await open(true);
  } catch {
    // Containers and some distributions allow no sandbox to ordinary users either.
    return open(false);
  }
}

/**
 * Loads the extension over the debugging pipe, which branded Chrome allows as well; it ignores
 * `--load-extension` since version 137.
 */
async function loadExtension(context: BrowserContext, path: string) {
  const session = await context.browser()?.newBrowserCDPSession();
  if (!session) throw new Error("The browser gave no debugging session.");
  // Playwright's list of commands leaves this domain out.
  const send = session.send.bind(session) as unknown as (
    method: string,
    parameters: object,
  ) => Promise<{ id: string }>;
  const { id: extensionId } = await send("Extensions.loadUnpacked", { path });
  await session.detach();
  const ours = (worker: Worker) => worker.url().startsWith(`chrome-extension://${extensionId}/`);
  const worker =
    context.serviceWorkers().find(ours) ??
    (await context.waitForEvent("serviceworker", { predicate: ours }));
  return { extensionId, worker };
}

/**
 * Once a run: builds the extension if its sources changed, and copies it to a folder of this run,
 * so that a build started meanwhile does not pull it from under a browser.
 */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { ensureExtension } from "../../cli/build-extension";

declare module "vitest" {
  interface ProvidedContext {
    /** The unpacked production build. */
    extensionDir: string;
    /** Folder for profiles and altered packages, removed after the run. */
    scratchDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const built = await ensureExtension(console.log);
  const scratchDir = await mkdtemp(join(tmpdir(), "unmask-test-"));
  const extensionDir = join(scratchDir, "extension");
  await cp(built, extensionDir, { recursive: true });
  project.provide("extensionDir", extensionDir);
  project.provide("scratchDir", scratchDir);
  return () => rm(scratchDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

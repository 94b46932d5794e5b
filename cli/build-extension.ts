/**
 * Builds the production extension where the build is missing or older than its sources, so that
 * every command works on what is in the tree and none builds twice.
 */
import { spawn } from "node:child_process";
import { mkdir, readdir, rmdir, stat, utimes } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";

export const projectRoot = join(dirname(fileURLToPath(import.meta.url)), "..");
const outDir = join(projectRoot, ".output");
export const extensionDir = join(outDir, "chrome-mv3");
const manifest = join(extensionDir, "manifest.json");
/** A folder, because making one is atomic: two commands never build at once. */
const lock = join(outDir, ".building");

/** All that a build is made of. */
const sources = [
  "assets",
  "components",
  "entrypoints",
  "model",
  "package-lock.json",
  "wxt.config.ts",
];

/** A build takes seconds; a lock of that age was left by a process that was killed. */
const staleLockMs = 120_000;

/**
 * @param say told once when a build starts.
 * @returns the folder of the unpacked extension.
 * @throws with the builder's output where the build fails.
 */
export async function ensureExtension(say: (text: string) => void): Promise<string> {
  if (await isCurrent()) return extensionDir;
  await mkdir(outDir, { recursive: true });
  await takeLock();
  try {
    // Whoever held the lock may have built what we need.
    if (!(await isCurrent())) {
      say("Building the extension …");
      await buildExtension();
    }
  } finally {
    await rmdir(lock);
  }
  return extensionDir;
}

async function isCurrent(): Promise<boolean> {
  const built = await stat(manifest).catch(() => null);
  if (!built) return false;
  const times = await Promise.all(sources.map((name) => newest(join(projectRoot, name))));
  return Math.max(...times) <= built.mtimeMs;
}

/** Latest change of a file, or of a folder and all in it, in ms; a removed file changes its folder. */
async function newest(path: string): Promise<number> {
  const info = await stat(path).catch(() => null);
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  const names = await readdir(path);
  const times = await Promise.all(names.map((name) => newest(join(path, name))));
  return Math.max(info.mtimeMs, ...times);
}

async function takeLock(): Promise<void> {
  for (;;) {
    try {
      return await mkdir(lock).then(() => undefined);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const taken = await stat(lock).catch(() => null);
    if (taken && Date.now() - taken.mtimeMs > staleLockMs) await rmdir(lock).catch(() => undefined);
    else await wait(200);
  }
}

async function buildExtension(): Promise<void> {
  const started = new Date();
  const wxt = join(projectRoot, "node_modules", "wxt", "bin", "wxt.mjs");
  const child = spawn(process.execPath, [wxt, "build"], {
    cwd: projectRoot,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
  }
  const code = await new Promise<number | null>((done, failed) => {
    child.on("error", failed).on("close", done);
  });
  if (code !== 0) throw new Error(`The extension could not be built.\n${output}`);
  // What was edited while the build ran may or may not be in it: date it from its start.
  await utimes(manifest, started, started);
}

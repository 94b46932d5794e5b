/**
 * Finds the Chrome or Chromium that the command line and the browser tests drive. Plain JavaScript,
 * because `ensure.mjs` asks before any npm package is installed.
 */
import { spawnSync } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** As in wxt.config.ts: the first Chrome that passes structured clones through extension ports. */
export const minimumMajor = 148;

/** Unbranded builds first: they still take an extension from the command line. */
const names = [
  "chromium",
  "chromium-browser",
  "chrome-for-testing",
  "google-chrome-stable",
  "google-chrome",
  "chrome",
];

const macApplications = [
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "/Applications/Google Chrome for Testing.app/Contents/MacOS/Google Chrome for Testing",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/**
 * First file of that name on the PATH, or null.
 * @param {string} name
 */
export function onPath(name) {
  for (const folder of (process.env.PATH ?? "").split(delimiter)) {
    const file = join(folder, name);
    if (folder && isExecutable(file)) return file;
  }
  return null;
}

/**
 * Major version that a browser's `--version` prints, or null where it does not run.
 * @param {string} path
 */
export function browserMajor(path) {
  const { stdout } = spawnSync(path, ["--version"], { encoding: "utf8", timeout: 20_000 });
  const match = /\b(\d+)\.\d+\.\d+/.exec(stdout ?? "");
  return match ? Number(match[1]) : null;
}

/**
 * Looks at the CHROME variable, then the usual names and places.
 * @returns {{ path: string | null, problem: string | null }} `problem` says why there is no path.
 */
export function findBrowser() {
  const named = process.env.CHROME;
  if (named) {
    const path = isAbsolute(named) || existsSync(named) ? named : onPath(named);
    const major = path && isExecutable(path) ? browserMajor(path) : null;
    if (path && major !== null && major >= minimumMajor) return { path, problem: null };
    return {
      path: null,
      problem:
        major === null
          ? `CHROME is set to ${named}, which is not a browser that runs here.`
          : `CHROME is set to ${named}, which is version ${major}; ${minimumMajor} or newer is needed.`,
    };
  }
  const found = [...names.map(onPath), ...macApplications.filter(isExecutable)];
  let problem = "No Chrome or Chromium was found.";
  for (const path of found) {
    if (!path) continue;
    const major = browserMajor(path);
    if (major !== null && major >= minimumMajor) return { path, problem: null };
    if (major !== null) {
      problem = `${path} is version ${major}; ${minimumMajor} or newer is needed.`;
    }
  }
  return { path: null, problem };
}

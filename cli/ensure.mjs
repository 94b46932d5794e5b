/**
 * Brings what a command needs and the machine lacks: `node cli/ensure.mjs [--quiet] [browser] [trainer]`.
 * Plain JavaScript with no packages, because it is what installs them. Doing nothing is the usual
 * case and takes a fraction of a second.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { findBrowser, onPath } from "./find-browser.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const usage = "usage: node cli/ensure.mjs [--quiet] [browser] [trainer]";

/** Each need by name; npm packages are always needed. */
const needs = { browser: ensureBrowser, trainer: ensureTrainer };

const words = process.argv.slice(2);
/** Keeps standard output for what the command itself prints (`scan --json`). */
const quiet = words.includes("--quiet");
const wanted = words.filter((word) => word !== "--quiet");
for (const word of wanted) {
  if (!(word in needs)) fail(`unknown need "${word}"\n${usage}`, 2);
}

checkNode();
ensurePackages();
for (const word of wanted) needs[word]();

function checkNode() {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) fail(`Node 20 or newer is needed; this is ${process.version}.`);
}

function ensurePackages() {
  if (packagesMatchLock()) return;
  say("Installing npm packages …");
  // The loglevel is named because .npmrc silences npm for the sake of `npm run scan -- --json`.
  const args = ["ci", "--include=dev", "--include=optional", "--loglevel=error", "--no-progress"];
  run("npm", args, "npm could not install the packages of package-lock.json.");
}

/**
 * Compares what npm says it installed with the lock file, rather than file times: a checkout or an
 * editor touches times, and an interrupted `npm ci` leaves a new folder without its record.
 */
function packagesMatchLock() {
  const installed = readPackages(join(root, "node_modules", ".package-lock.json"));
  const locked = readPackages(join(root, "package-lock.json"));
  if (!installed || !locked) return false;
  return Object.entries(locked).every(([path, entry]) => {
    if (path === "") return true;
    const present = installed[path];
    // Packages for other systems are optional and stay away.
    if (!present) return Boolean(entry.optional || entry.devOptional);
    return present.version === entry.version;
  });
}

function readPackages(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8")).packages ?? null;
  } catch {
    return null;
  }
}

function ensureBrowser() {
  const { path, problem } = findBrowser();
  if (path) return;
  const advice =
    "Install Chromium or Chrome 148 or newer, or set CHROME to its program, and run this again.";
  if (process.env.CHROME || !onPath("apt-get")) fail(`${problem} ${advice}`);
  const privilege = asRoot();
  if (!privilege) {
    fail(`${problem} It cannot be installed from here (neither root nor sudo). ${advice}`);
  }
  say(`${problem} Installing Debian's chromium …`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const apt = (args) => {
    const [program, ...rest] = [...privilege, "apt-get", ...args];
    run(program, rest, `apt-get ${args[0]} failed. ${advice}`, env);
  };
  apt(["update", "-qq"]);
  // Fonts come by name because recommended packages, which bring them, are left out.
  apt(["install", "-y", "-qq", "--no-install-recommends", "chromium", "fonts-liberation"]);
  const after = findBrowser();
  if (!after.path) fail(`chromium was installed, but: ${after.problem} ${advice}`);
}

/** Words to put before a command so that it runs as root; null where there is no way. */
function asRoot() {
  if (process.getuid?.() === 0) return [];
  const sudo = onPath("sudo");
  if (!sudo) return null;
  // Without a terminal there is nobody to type a password.
  return process.stdin.isTTY ? [sudo] : [sudo, "-n"];
}

/** The trainer knows what it needs; its set-up is quick where it has run before. */
function ensureTrainer() {
  const cli = join(root, "trainer", "cli.ts");
  if (!existsSync(cli)) return;
  const tsx = join(root, "node_modules", "tsx", "dist", "cli.mjs");
  run(process.execPath, [tsx, cli, "setup"], "The trainer's set-up failed.");
}

/** Runs a program in the repository root; ends this one with the reason if it fails. */
function run(program, args, problem, env = process.env) {
  const out = quiet ? 2 : 1;
  // npm is a script on Windows, which only a shell runs.
  const shell = process.platform === "win32" && program === "npm";
  const result = spawnSync(program, args, { cwd: root, env, shell, stdio: ["inherit", out, 2] });
  if (result.error) fail(`${problem} (${result.error.message})`);
  if (result.status !== 0) fail(problem, result.status || 1);
}

function say(text) {
  process.stderr.write(`${text}\n`);
}

/** @returns {never} */
function fail(text, status = 1) {
  process.stderr.write(`unmask: ${text}\n`);
  process.exit(status);
}

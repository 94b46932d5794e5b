/** `ensure.mjs` in a project and on a PATH of its own, where npm, apt-get and chromium are stand-ins. */
import { spawnSync } from "node:child_process";
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

const source = join(import.meta.dirname, "..", "..", "cli");
const lock = {
  packages: {
    "": { version: "0.1.0" },
    "node_modules/one": { version: "1.0.0" },
    "node_modules/for-another-system": { version: "2.0.0", optional: true },
  },
};
const installed = { packages: { "node_modules/one": { version: "1.0.0" } } };

let project: string;
beforeEach(async () => {
  project = await mkdtemp(join(tmpdir(), "unmask-ensure-"));
  for (const dir of ["cli", "bin", "node_modules"]) await mkdir(join(project, dir));
  for (const file of ["ensure.mjs", "find-browser.mjs"]) {
    await copyFile(join(source, file), join(project, "cli", file));
  }
  await writeFile(join(project, "package-lock.json"), JSON.stringify(lock));
  await writeInstalled(installed);
});
afterEach(() => rm(project, { recursive: true }));

function writeInstalled(content: unknown) {
  return writeFile(join(project, "node_modules", ".package-lock.json"), JSON.stringify(content));
}

/** A program on the PATH that notes its arguments and then does what `script` says. */
async function program(name: string, script = "") {
  const path = join(project, "bin", name);
  await writeFile(path, `#!/bin/sh\necho "${name} $*" >> "${project}/calls"\n${script}\n`);
  await chmod(path, 0o755);
}

function ensure(args: string[], env: Record<string, string> = {}) {
  return spawnSync(process.execPath, [join(project, "cli", "ensure.mjs"), ...args], {
    encoding: "utf8",
    env: { PATH: join(project, "bin"), ...env },
  });
}

const calls = () => readFile(join(project, "calls"), "utf8").catch(() => "");

test("does nothing where nothing is missing", async () => {
  await program("chromium", "echo Chromium 150.0.1.2");
  const { status, stdout, stderr } = ensure(["browser", "trainer"]);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(await calls()).toBe("chromium --version\n");
});

test.each([
  ["another version", { packages: { "node_modules/one": { version: "0.9.0" } } }],
  ["a missing package", { packages: {} }],
  ["no record at all", null],
])("installs packages over %s", async (_, content) => {
  await program("npm", "echo chatter");
  await writeInstalled(content);
  expect(ensure([])).toMatchObject({ status: 0, stdout: "chatter\n" });
  expect(await calls()).toMatch(/^npm ci /);
});

test("keeps standard output clean when quiet, and passes on a failure", async () => {
  await program("npm", "echo chatter; exit 7");
  await writeInstalled(null);
  const { status, stdout, stderr } = ensure(["--quiet", "browser"]);
  expect({ status, stdout }).toEqual({ status: 7, stdout: "" });
  expect(stderr).toContain("chatter");
  expect(stderr).toContain("npm could not install");
});

test("installs Debian's chromium where there is apt", async () => {
  await program("sudo", 'test "$1" = -n && shift; exec "$@"');
  const chromium = `printf '#!/bin/sh\\necho Chromium 150.0.1.2\\n' > "${project}/bin/chromium"`;
  await program(
    "apt-get",
    `test "$1" = install && ${chromium} && /bin/chmod +x "${project}/bin/chromium"; exit 0`,
  );
  const { status, stderr } = ensure(["browser"]);
  expect({ status, stderr }).toEqual({
    status: 0,
    stderr: "No Chrome or Chromium was found. Installing Debian's chromium …\n",
  });
  expect(await calls()).toMatch(/apt-get update .*\n(sudo .*\n)?apt-get install -y .*chromium/s);
});

test("says what to do where it cannot install a browser", () => {
  const { status, stderr } = ensure(["browser"]);
  expect(status).toBe(1);
  expect(stderr).toContain("Install Chromium or Chrome 148 or newer, or set CHROME");
});

test("takes the browser that CHROME names, and no other", async () => {
  await program("chromium", "echo Chromium 150.0.1.2");
  await program("mine", "echo Google Chrome 149.0.1.2");
  await program("old", "echo Chromium 90.0.1.2");
  expect(ensure(["browser"], { CHROME: "mine" }).status).toBe(0);
  expect(ensure(["browser"], { CHROME: "old" }).stderr).toContain("version 90");
  expect(ensure(["browser"], { CHROME: "nowhere" }).stderr).toContain("not a browser that runs");
});

test("looks further where the first browser is too old", async () => {
  await program("chromium", "echo Chromium 90.0.1.2");
  await program("google-chrome", "echo Google Chrome 150.0.1.2");
  expect(ensure(["browser"]).status).toBe(0);
});

test("refuses what it does not know", () => {
  expect(ensure(["coffee"])).toMatchObject({ status: 2, stdout: "" });
});

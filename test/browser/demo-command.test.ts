/** `npm run demo` as it runs without a display. */
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { projectRoot } from "../../cli/build-extension";
import { demoMedia } from "../../cli/demo/media";
import { type CommandResult, runCommand } from "./run-command";

let demo: CommandResult;
let startedAt: number;
beforeAll(async () => {
  startedAt = Date.now();
  demo = await runCommand("cli/demo.ts", []);
}, 400_000);

test("ends by itself", () => {
  expect([demo.status, demo.stderr]).toEqual([0, ""]);
});

test("tells of every medium what it is and what the extension said", () => {
  const lines = demo.stdout.split("\n");
  for (const { file, altered } of demoMedia) {
    const line = lines.find((text) => text.startsWith(`${file} `));
    expect(line, file).toContain(altered ?? "Unaltered");
    expect(line).not.toMatch(/Not seen|Not finished|Could not be read/);
  }
  expect(demo.stdout).toMatch(/\d of 5 altered media were flagged/);
});

test("flags swapped faces in a picture and in a video, and nothing unaltered", () => {
  for (const file of ["swap-portrait.jpg", "swap.mp4"]) {
    expect(demo.stdout).toMatch(new RegExp(`^${file} .* signs of manipulation .* flagged$`, "m"));
  }
  expect(demo.stdout).toContain("0 of 7 unaltered media were flagged.");
});

test("finds no face in what has none", () => {
  for (const file of ["coffee.jpg", "cat.jpg"]) {
    expect(demo.stdout).toMatch(new RegExp(`^${file} +Unaltered +No face found`, "m"));
  }
});

test.each(["page.png", "popup.png"])("leaves a screenshot: %s", async (name) => {
  const path = join(".output", "demo", name);
  expect(demo.stdout).toContain(path);
  const { mtimeMs, size } = await stat(join(projectRoot, path));
  expect(mtimeMs).toBeGreaterThanOrEqual(startedAt);
  expect(size).toBeGreaterThan(10_000);
});

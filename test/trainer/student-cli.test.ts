import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const root = new URL("../..", import.meta.url);

function trainer(...args: string[]) {
  const result = spawnSync("npx", ["tsx", "trainer/cli.ts", ...args], {
    cwd: root,
    encoding: "utf8",
  });
  return { status: result.status, text: result.stdout + result.stderr };
}

describe("the trainer's command line", () => {
  it("explains each command", () => {
    const { status, text } = trainer("--help");
    expect(status).toBe(0);
    for (const command of ["setup", "supervise", "quantise", "calibrate", "evaluate", "probe"])
      expect(text).toContain(command);
    expect(trainer("calibrate", "--help").text).toContain("--model-version");
  });

  it("says what is wrong with an option or a folder, without a stack", async () => {
    expect(trainer("supervise").text).toContain("required option '--data <folder>'");
    expect(trainer("supervise", "--data", "x", "--steps", "many").text).toContain("whole number");
    const empty = await mkdtemp(join(tmpdir(), "unmask-empty-"));
    const { status, text } = trainer("evaluate", "--data", empty);
    await rm(empty, { recursive: true });
    expect(status).toBe(1);
    expect(text).toContain("no manifest.jsonl in the data folder");
    expect(text).not.toContain("    at ");
  });
});

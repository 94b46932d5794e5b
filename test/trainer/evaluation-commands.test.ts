import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { describe, expect, it, vi } from "vitest";
import { evaluateCommand } from "../../trainer/commands/evaluate";
import { probeCommand } from "../../trainer/commands/probe";
import { reportCommand } from "../../trainer/commands/report";
import { stripedData } from "./striped-data";

/** What a command says when it refuses its arguments. */
async function refusal(command: Command, ...args: string[]): Promise<string> {
  let said = "";
  command.exitOverride().configureOutput({
    writeErr: (text) => {
      said += text;
    },
  });
  const error = await command.parseAsync(args, { from: "user" }).then(
    () => null,
    (reason: Error) => reason,
  );
  if (!error) throw new Error("the command did not refuse");
  return `${said}${error.message}`;
}

describe("evaluate", () => {
  it("refuses options that make no sense", async () => {
    expect(await refusal(evaluateCommand())).toContain("required option '--data <folder>'");
    expect(await refusal(evaluateCommand(), "--data", "x", "--resamples", "0")).toContain(
      "a whole number above zero",
    );
    expect(await refusal(evaluateCommand(), "--data", "x", "--robust")).toContain(
      "unknown option '--robust'",
    );
    expect(
      await refusal(evaluateCommand(), "--data", "x", "--package", "a.unmask", "--write-card"),
    ).toContain("--write-card needs a package folder");
    const heldOut = ["--held-out-of", "nowhere"];
    expect(await refusal(evaluateCommand(), "--data", "x", ...heldOut, "--write-card")).toContain(
      "a card takes the figures of a whole split",
    );
    for (const side of [heldOut, ["--left-out-of", "nowhere"]])
      expect(await refusal(evaluateCommand(), "--data", "x", ...side)).toContain(
        "nowhere holds no run",
      );
    expect(
      await refusal(evaluateCommand(), "--data", "x", ...heldOut, "--left-out-of", "nowhere"),
    ).toContain("not both");
  });

  it("names a package that is not there, or is none, before anything is computed", async () => {
    expect(await refusal(evaluateCommand(), "--data", "x", "--package", "nowhere")).toContain(
      "there is no package at nowhere",
    );
    const folder = await mkdtemp(join(tmpdir(), "unmask-no-package-"));
    const file = join(folder, "photo.unmask");
    await writeFile(file, "not a zip");
    const said = await refusal(evaluateCommand(), "--data", "x", "--package", file);
    await rm(folder, { recursive: true });
    expect(said).toMatch(/zip|archive/i);
  });
});

describe("probe", () => {
  it("looks at batches, or at the set as it lies on disk", async () => {
    const folder = await stripedData({ train: 80 });
    const said: string[] = [];
    const log = vi.spyOn(console, "log").mockImplementation((text) => said.push(String(text)));
    const error = vi.spyOn(console, "error").mockImplementation((text) => said.push(String(text)));
    const probe = (...args: string[]) =>
      probeCommand().parseAsync(["--data", folder, ...args], { from: "user" });
    try {
      await probe("--batches", "5");
      expect(said.join("\n")).toMatch(/crops of training batches/);
      expect(said.join("\n")).not.toMatch(/quantisers/);
      said.length = 0;
      await probe("--data-set");
      // Stripes are sharper than blotches.
      expect(said.join("\n")).toMatch(/40 real, 40 fake pictures of 20 groups/);
      expect(said.join("\n")).toMatch(/traces: [^|]*\|[^|]*\| over 0\.6/);
      expect(said.at(-1)).toMatch(/^warning: real and fake can be told apart/);
    } finally {
      log.mockRestore();
      error.mockRestore();
      await rm(folder, { recursive: true });
    }
  });
});

describe("probe and report", () => {
  it("refuse options that make no sense", async () => {
    expect(await refusal(probeCommand(), "--data", "x", "--stage", "distil")).toMatch(
      /Allowed choices are teach, supervise/,
    );
    expect(await refusal(probeCommand())).toContain("no data: give --data FOLDER");
    expect(await refusal(reportCommand(), "--data", "x")).toContain(
      "required option '--out <folder>'",
    );
  });
});

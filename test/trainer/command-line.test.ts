// The trainer's command line as a person meets it: help, mistakes, Ctrl-C and exit statuses.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readCheckpointFile } from "../../trainer/checkpoint-file";
import { useNativeBackend } from "./native-backend";
import { stripedData } from "./striped-data";

useNativeBackend();

const root = new URL("../..", import.meta.url).pathname;
const TINY = join(root, "test", "fixtures", "tiny-run.yaml");

let data: string;
beforeAll(async () => {
  data = await stripedData({ train: 32 });
});
afterAll(() => rm(data, { recursive: true, force: true }));

function start(...args: string[]): ChildProcess {
  // Without npm and npx in between, a signal reaches the command itself.
  return spawn(process.execPath, ["--import", "tsx", "trainer/cli.ts", ...args], { cwd: root });
}

async function trainer(...args: string[]) {
  const child = start(...args);
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  const [status] = await once(child, "close");
  return { status, text };
}

describe("help", () => {
  it("names every command and every option", async () => {
    const { status, text } = await trainer("--help");
    expect(status).toBe(0);
    for (const command of [
      ..."setup config redraw run pretrain teach distil supervise".split(" "),
      ..."average quantise calibrate evaluate probe".split(" "),
    ])
      expect(text).toMatch(new RegExp(`^  ${command} `, "m"));
    const distil = (await trainer("distil", "--help")).text;
    for (const option of "--config --data --run --seed --steps --student --teacher --set".split(
      " ",
    ))
      expect(distil).toContain(option);
  });
});

describe("config", () => {
  it("prints a file, options included, that gives the same configuration", async () => {
    const printed = await trainer(
      "config",
      "--config",
      TINY,
      "--seed",
      "9",
      "--set",
      "pretrain.m=0.5",
    );
    expect(printed.text).toContain("seed: 9");
    expect(printed.text).toContain("  m: 0.5");
    const path = join(data, "printed.yaml");
    await writeFile(path, printed.text);
    expect((await trainer("config", "--config", path)).text).toBe(printed.text);
  });
});

describe("a mistake", () => {
  it.each([
    [["supervise"], "no data: give --data FOLDER"],
    [
      ["pretrain", "--data", "x", "--steps", "many"],
      'pretrain.steps: a whole number above zero is expected, not "many"',
    ],
    [["run", "--data", "x", "--set", "K=3"], "K: there is no such key here"],
    [["run", "--data", "x", "--set", "K"], "KEY=VALUE is expected"],
    [["run", "--data", "no-such-folder"], "no-such-folder"],
    [
      ["teach", "--data", "x", "--run", "no-such-run"],
      "no-such-run/pretrain holds no run of `pretrain`",
    ],
    [["quantise", "--data", "x", "--run", "no-such-run"], "no-such-run holds no student"],
    [["run", "--config", "none.yaml"], "none.yaml cannot be read"],
    [["redraw", "--data", "x", "--share", "real-esrgan=2"], "a network and a share from 0 to 1"],
    [["redraw", "--data", "x", "--share", "esrgan=1"], "a network and a share from 0 to 1"],
    [["redraw", "--data", "x", "--share", "constructor=1"], "a network and a share from 0 to 1"],
    [
      ["redraw", "--data", "x", "--share", "real-esrgan-light=0", "real-esrgan=0"],
      "no network has a share above 0",
    ],
    [["redraw", "--data", "x", "--reduced", "real-esrgan=3-2"], "two factors from 1 to 16"],
    [["redraw", "--data", "x", "--reduced", "real-esrgan=0.5-2"], "two factors from 1 to 16"],
    [["redraw", "--data", "x", "--reduced", "constructor=1-2"], "two factors from 1 to 16"],
  ])("%j is explained without a stack, with status 1", async (args, expected) => {
    const { status, text } = await trainer(...args);
    expect(text).toContain(expected);
    expect(status).toBe(1);
    expect(text).not.toMatch(/^ +at /m);
  });

  it("in the data is explained before anything is trained", async () => {
    const manifest = await readFile(join(data, "manifest.jsonl"), "utf8");
    const twice = manifest.split("\n", 1)[0]?.replace('"real"', '"fake"');
    await writeFile(join(data, "manifest.jsonl"), `${manifest}${twice}\n`);
    const { status, text } = await trainer("run", "--config", TINY, "--data", data, "--run", data);
    await writeFile(join(data, "manifest.jsonl"), manifest);
    expect(text).toContain('the label of train-0.jpg is "real" in one line and "fake" in another');
    expect(status).toBe(1);
  });
});

describe("Ctrl-C", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "(%s) finishes the step, saves, and exits with 130",
    async (signal) => {
      const run = join(data, signal);
      const child = start(
        "run",
        "--config",
        TINY,
        "--data",
        data,
        "--run",
        run,
        "--set",
        "pretrain.steps=100000",
      );
      let text = "";
      child.stderr?.on("data", (chunk) => {
        text += chunk;
        // The first checkpoint: training is under way.
        if (/step 3:/.test(text) && !/finishing/.test(text)) child.kill(signal);
      });
      const [status] = await once(child, "close");
      expect(text).toContain("interrupted and saved");
      expect(status).toBe(130);
      const saved = await readCheckpointFile(join(run, "pretrain"));
      expect(saved?.facts.step).toBeGreaterThanOrEqual(3);
    },
  );
});

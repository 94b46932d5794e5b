// A real table on procedural faces: killed in the middle of a step and taken up again, it computes
// what an uninterrupted one computes; generators are left out; the final split comes last.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfig } from "../../trainer/config/read";
import { readManifest } from "../../trainer/datasets/manifest";
import { lockHolder } from "../../trainer/experiments/lock";
import { reportMarkdown } from "../../trainer/experiments/markdown";
import { planTable, type TableRequest } from "../../trainer/experiments/plan";
import { tableReport } from "../../trainer/experiments/report";
import { runStep } from "../../trainer/experiments/run-step";
import { readScores } from "../../trainer/experiments/scores";
import { stepFolder } from "../../trainer/experiments/step-state";
import { jobsNamed, work } from "../../trainer/experiments/work";
import { proceduralData } from "./moco-fixture";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const KNOBS = {
  "network.inputSize": 32,
  "network.teacher": "tiny",
  "network.student": "tiny",
  "pretrain.initial": "random",
  "distil.initial": "random",
  "supervise.initial": "random",
  "data.heldOutShare": 0.3,
  "pretrain.n": 8,
  "pretrain.K": 32,
  "pretrain.steps": 40,
  "pretrain.checkpointEvery": 20,
  "pretrain.bankSize": 20,
  "teach.probe.steps": 4,
  "teach.steps": 12,
  "teach.peakRate": 5e-3,
  "teach.statisticsRate": 0.2,
  "teach.batch": { pairs: 2, labelled: 4 },
  "supervise.batch": { pairs: 2, labelled: 4 },
  "distil.steps": 12,
  "distil.batch": { faces: 8, blends: 2 },
};

/** Two tables and a process of its own: minutes on a busy machine. */
const deadlineMs = 300_000;

const REQUEST: TableRequest = {
  arms: ["student-alone", "full"],
  fractions: [0.5],
  seeds: [1],
  leaveOut: [],
  leaveOutArm: "full",
  finalSplit: null,
};

let data = "";
beforeAll(async () => {
  data = await proceduralData(8, 16);
  // The labelled pictures of the last two people are the final split.
  const rows = (await readManifest(data)).map((row) =>
    /^[67]-/.test(row.group) && row.label !== "unlabelled" ? { ...row, split: "val" } : row,
  );
  const lines = rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  await writeFile(join(data, "manifest.jsonl"), lines);
}, 60_000);
afterAll(() => rm(data, { recursive: true, force: true }));

async function plan(request: Partial<TableRequest> = {}) {
  const config = await readConfig(undefined, KNOBS);
  return planTable({ ...REQUEST, ...request }, config, await readManifest(data));
}

async function run(
  folder: string,
  request: Partial<TableRequest> = {},
  { only = "", batches }: { only?: string; batches?: string } = {},
) {
  const table = join(data, folder);
  const whole = await plan(request);
  const messages: string[] = [];
  const onMessage = (message: string) => messages.push(message);
  const report = await work(whole, jobsNamed(whole.jobs, only), {
    table,
    onMessage,
    run: (step, signal) => runStep(step, { data, table, batches, signal, onMessage }),
  });
  return { ...report, messages };
}

async function show(folder: string, request: Partial<TableRequest> = {}) {
  const { finalSplit } = { ...REQUEST, ...request };
  return tableReport(await plan(request), join(data, folder), finalSplit);
}

/** Kills the process that loads it as soon as that has said a text: no later, however busy the machine. */
function killAfter(text: string): string[] {
  const code = `
    const write = process.stderr.write.bind(process.stderr);
    process.stderr.write = (said, ...rest) => {
      write(said, ...rest);
      if (String(said).includes(${JSON.stringify(text)})) process.kill(process.pid, "SIGKILL");
      return true;
    };`;
  return ["--import", `data:text/javascript,${encodeURIComponent(code)}`];
}

/** `trainer table run` in a process of its own. */
function trainer(folder: string, only: string, nodeOptions: string[] = []) {
  const knobs = Object.entries(KNOBS).flatMap(([key, value]) => [
    "--set",
    `${key}=${JSON.stringify(value)}`,
  ]);
  const table = ["--data", data, "--run", join(data, folder), "--arms", "student-alone,full"];
  const size = ["--fractions", "0.5", "--seeds", "1"];
  return spawn(
    process.execPath,
    [
      ...["--import", "tsx", ...nodeOptions, "trainer/cli.ts", "table", "run", "--only", only],
      ...[...table, ...size, ...knobs],
    ],
    { cwd: fileURLToPath(new URL("../..", import.meta.url)), stdio: ["ignore", "ignore", "pipe"] },
  );
}

async function logitsOf(folder: string): Promise<Map<string, number[]>> {
  const table = join(data, folder);
  const logits = new Map<string, number[]>();
  for (const id of await readdir(join(table, "steps")))
    if (id.startsWith("score-"))
      logits.set(
        id,
        (await readScores(stepFolder(table, id))).map(({ logit }) => logit),
      );
  return logits;
}

describe("a table", () => {
  it(
    "goes on after a kill in the middle of a step, to the logits of an uninterrupted one",
    async () => {
      const pretraining = (await plan()).steps.find(({ kind }) => kind === "pretrain")
        ?.id as string;
      const child = trainer("killed", "full", killAfter("step 20: loss"));
      const closed = once(child, "close");
      child.stderr.resume();
      expect(await closed).toEqual([null, "SIGKILL"]);
      // The command line means the same steps as the library here; the dead process's lock does not hold.
      expect(await readdir(join(data, "killed", "steps"))).toEqual([pretraining]);
      const folder = stepFolder(join(data, "killed"), pretraining);
      expect(await readdir(folder)).toContain("lock");
      expect(await lockHolder(folder)).toBeNull();

      const again = await run("killed");
      expect(again.messages.join("\n")).toMatch(/resumed at step 20/);
      const whole = await run("whole");
      for (const { failed, isInterrupted } of [again, whole])
        expect({ failed, isInterrupted }).toEqual({ failed: [], isInterrupted: false });
      expect(whole.finished.map(({ kind }) => kind)).toEqual([
        "teach",
        "score",
        "pretrain",
        "teach",
        "distil",
        "score",
      ]);
      const logits = await logitsOf("whole");
      expect([...logits.values()].map(({ length }) => length > 0)).toEqual([true, true]);
      expect(await logitsOf("killed")).toEqual(logits);
      expect((await run("whole")).finished).toEqual([]);
    },
    deadlineMs,
  );

  it("computes the same from batches that its steps share", async () => {
    const batches = join(data, "shared", "batches");
    const { failed, messages } = await run("shared", {}, { batches });
    expect(failed).toEqual([]);
    expect(await logitsOf("shared")).toEqual(await logitsOf("whole"));
    // Student and teacher are taught with the same batches: only the first of them reads the pictures.
    expect(messages.filter((said) => /of the labels, \d+ held out/.test(said))).toHaveLength(1);
    expect(await readdir(batches)).toHaveLength(3);
  });

  it("has the final split only where it is asked for, and trains nothing for it", async () => {
    const report = await show("whole");
    expect(report.missing).toEqual([]);
    for (const { auc } of report.heldOut.arms) expect(auc).toMatchObject({ n: 1 });
    expect(reportMarkdown(report)).not.toContain("val");

    const final = { finalSplit: "val" };
    expect((await show("whole", final)).missing).toHaveLength(2);
    const { finished } = await run("whole", final);
    expect(finished.map(({ kind }) => kind)).toEqual(["score", "score"]);
    const arms = (await show("whole", final)).final?.arms;
    expect(arms?.map(({ auc }) => Number.isFinite(auc.mean))).toEqual([true, true]);
    expect(report).toEqual(await show("whole"));
  });

  it("never fits the generator that it leaves out, and measures it", async () => {
    const request: Partial<TableRequest> = {
      leaveOut: ["generator"],
      leaveOutArm: "student-alone",
    };
    const { finished } = await run("whole", request, { only: "without generator" });
    expect(finished.map(({ kind }) => kind)).toEqual(["teach", "score"]);
    const scores = await readScores(stepFolder(join(data, "whole"), finished[1]?.id as string));
    const fakes = scores.filter(({ label }) => label === "fake");
    const all = (await readManifest(data)).filter(
      ({ split, label }) => split === "train" && label === "fake",
    );
    expect(fakes.map(({ file }) => file).toSorted()).toEqual(
      all.map(({ file }) => file).toSorted(),
    );
    expect(new Set(fakes.map(({ side }) => side))).toEqual(new Set(["left-out"]));
    const [row] = (await show("whole", request)).leftOut;
    expect(row).toMatchObject({ value: "waves", pictures: all.length, sameMedium: { n: 1 } });
    expect(row?.difference.n).toBe(1);
  });

  it("says on the command line what is wrong, without a stack", async () => {
    const child = trainer("whole", "nobody");
    const lines = createInterface({ input: child.stderr });
    const text: string[] = [];
    for await (const line of lines) text.push(line);
    expect(text).toEqual(['error: no job is called "nobody"']);
  });
});

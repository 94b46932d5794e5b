// Working through a plan: locks that hold against live machines and yield where one has died, steps
// done once by several workers, failures that stop only what needs them.
import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Lock, lockHolder } from "../../trainer/experiments/lock";
import type { Job, Plan, Step } from "../../trainer/experiments/plan";
import { readStepState, stepFolder } from "../../trainer/experiments/step-state";
import { tableProgress } from "../../trainer/experiments/table-progress";
import { type WorkOptions, work } from "../../trainer/experiments/work";

let table = "";
beforeEach(async () => {
  table = await mkdtemp(join(tmpdir(), "unmask-table-"));
});
afterEach(() => rm(table, { recursive: true, force: true }));

/** Process number of a process that has ended. */
function deadProcess(): number {
  return Number(execFileSync(process.execPath, ["-p", "process.pid"], { encoding: "utf8" }));
}

async function holderOf(path: string): Promise<{ token: string; place: string; pid: number }> {
  return JSON.parse(await readFile(path, "utf8"));
}

const hourAgo = () => new Date(Date.now() - 3_600_000);

describe("a lock", () => {
  it("is held by one, and free again after it", async () => {
    const first = await Lock.take(table);
    expect(await Lock.take(table)).toBeNull();
    expect(await lockHolder(table)).toContain(`process ${process.pid} on `);
    expect(await first?.isHeld()).toBe(true);
    await first?.release();
    expect(await lockHolder(table)).toBeNull();
    const second = await Lock.take(table);
    expect(second).not.toBeNull();
    await second?.release();
    expect(await readdir(table)).toEqual([]);
  });

  it("of a dead process of this machine is taken over at once", async () => {
    const first = (await Lock.take(table)) as Lock;
    const path = join(table, "lock");
    await writeFile(path, JSON.stringify({ ...(await holderOf(path)), pid: deadProcess() }));
    expect(await lockHolder(table)).toBeNull();
    const second = (await Lock.take(table)) as Lock;
    expect(await second.isHeld()).toBe(true);
    await first.release();
    // Who has lost a lock does not take it from its new holder.
    expect(await second.isHeld()).toBe(true);
    await second.release();
  });

  it("of a process that had this number before a restart is taken over", async () => {
    const path = join(table, "lock");
    const first = (await Lock.take(table)) as Lock;
    const before = { ...(await holderOf(path)), token: "of the process before" };
    await first.release();
    await writeFile(path, JSON.stringify(before));
    const second = await Lock.take(table);
    expect(second).not.toBeNull();
    await second?.release();
  });

  it("of another machine holds while it is touched, and not for ever", async () => {
    const path = join(table, "lock");
    // The same host name is not enough: pods of one node share it.
    const other = { token: "theirs", place: "another-node pid:[1]", pid: deadProcess(), since: "" };
    await writeFile(path, JSON.stringify(other));
    expect(await Lock.take(table)).toBeNull();
    expect(await lockHolder(table)).toBe(`process ${other.pid} on another-node`);
    await utimes(path, hourAgo(), hourAgo());
    const lock = await Lock.take(table);
    expect(lock).not.toBeNull();
    await lock?.release();
  });

  it("is not taken from who has created it and not yet written its name", async () => {
    await writeFile(join(table, "lock"), "");
    expect(await Lock.take(table)).toBeNull();
  });

  it("goes to one of many that find it stale", async () => {
    const path = join(table, "lock");
    await writeFile(path, JSON.stringify({ token: "old", place: "gone", pid: 1, since: "" }));
    await utimes(path, hourAgo(), hourAgo());
    const taken = await Promise.all(Array.from({ length: 8 }, () => Lock.take(table)));
    const held = taken.filter((lock) => lock !== null);
    expect((await Promise.all(held.map((lock) => lock.isHeld()))).filter(Boolean)).toHaveLength(1);
    for (const lock of held) await lock.release();
  });

  it("beats, and notices when it has been taken over", async () => {
    const lock = (await Lock.take(table, { heartbeatMs: 5, staleMs: 60_000 })) as Lock;
    const path = join(table, "lock");
    await rm(path);
    await writeFile(path, JSON.stringify({ token: "theirs", place: "x", pid: 1, since: "" }));
    if (!lock.lost.aborted)
      await new Promise((resolve) => lock.lost.addEventListener("abort", resolve));
    expect(await lock.isHeld()).toBe(false);
    await lock.release();
    expect((await holderOf(path)).token).toBe("theirs");
  });
});

function step(id: string, ...needs: string[]): Step {
  const settings = {} as Extract<Step, { kind: "score" }>["settings"];
  return { id, kind: "score", title: `the ${id}`, needs, of: "", split: null, settings, cost: 1e9 };
}

/** Two encoders; two arms on the first, one on both. */
const PLAN: Plan = {
  steps: [
    step("encoder"),
    step("arm-a", "encoder"),
    step("arm-b", "encoder"),
    step("other"),
    step("arm-c", "other", "encoder"),
  ],
  jobs: ["arm-a", "arm-b", "arm-c"].map(
    (score): Job => ({
      name: score,
      arm: score,
      fraction: 1,
      seed: 1,
      leftOut: null,
      score,
      final: null,
    }),
  ),
  omitted: [],
};

describe("work", () => {
  let ran: string[] = [];
  const messages: string[] = [];
  beforeEach(() => {
    ran = [];
    messages.length = 0;
  });
  const options = (rest: Partial<WorkOptions> = {}): WorkOptions => ({
    table,
    run: async ({ id }) => {
      ran.push(id);
      return true;
    },
    onMessage: (message) => messages.push(message),
    pollMs: 1,
    ...rest,
  });

  it("does every step once, after those it needs, and nothing twice", async () => {
    const report = await work(PLAN, PLAN.jobs, options());
    expect(ran).toEqual(["encoder", "arm-a", "arm-b", "other", "arm-c"]);
    expect(report).toMatchObject({ failed: [], blocked: [], isInterrupted: false });
    expect(report.finished.map(({ id }) => id)).toEqual(ran);
    expect((await work(PLAN, PLAN.jobs, options())).finished).toEqual([]);
    expect(ran).toHaveLength(5);
    expect(await readdir(stepFolder(table, "arm-a"))).toEqual(["step.json"]);
  });

  it("does only what the chosen jobs need", async () => {
    await work(PLAN, [PLAN.jobs[1] as Job], options());
    expect(ran).toEqual(["encoder", "arm-b"]);
  });

  it("shares a folder with others: each step is done by one of three", async () => {
    const run = async ({ id }: Step) => {
      ran.push(id);
      await new Promise(setImmediate);
      return true;
    };
    const reports = await Promise.all([0, 1, 2].map(() => work(PLAN, PLAN.jobs, options({ run }))));
    expect(ran.toSorted()).toEqual(PLAN.steps.map(({ id }) => id).toSorted());
    expect(reports.flatMap(({ finished }) => finished)).toHaveLength(5);
  });

  it("waits for what another machine is at, and goes on when that is done", async () => {
    const held = (await Lock.take(stepFolder(table, "encoder"))) as Lock;
    const onMessage = (message: string) => {
      if (message.startsWith("waiting")) void held.release();
    };
    const report = await work(PLAN, [PLAN.jobs[0] as Job], options({ onMessage }));
    expect(report.finished.map(({ id }) => id)).toEqual(["encoder", "arm-a"]);
  });

  it("stops only what needs a failed step, keeps the reason, and tries again the next time", async () => {
    const run = async ({ id }: Step) => {
      ran.push(id);
      if (id === "other") throw new Error("the loss is not finite at step 3");
      return true;
    };
    const report = await work(PLAN, PLAN.jobs, options({ run }));
    expect(ran).toEqual(["encoder", "arm-a", "arm-b", "other"]);
    expect(report.failed.map(({ step: { id }, error }) => [id, error.message])).toEqual([
      ["other", "the loss is not finite at step 3"],
    ]);
    expect(report.blocked.map(({ id }) => id)).toEqual(["arm-c"]);
    const states = await tableProgress(PLAN, table);
    expect(states.map(({ state }) => state)).toEqual(["done", "done", "done", "failed", "to do"]);
    expect(states[3]?.detail).toContain("not finite");
    await work(PLAN, PLAN.jobs, options());
    expect(ran.slice(4)).toEqual(["other", "arm-c"]);
    expect((await readStepState(table, "other"))?.error).toBeUndefined();
  });

  it("stops when interrupted, goes on later, and adds up what the step has cost", async () => {
    const interrupt = new AbortController();
    const run = async ({ id }: Step, signal: AbortSignal) => {
      ran.push(id);
      if (id === "arm-a") interrupt.abort();
      return !signal.aborted;
    };
    const { signal } = interrupt;
    const report = await work(PLAN, PLAN.jobs, options({ run, signal }));
    expect(report.isInterrupted).toBe(true);
    expect(report.finished.map(({ id }) => id)).toEqual(["encoder"]);
    const before = await readStepState(table, "arm-a");
    expect(before).toMatchObject({ isDone: false, title: "the arm-a" });
    await work(PLAN, PLAN.jobs, options());
    const after = await readStepState(table, "arm-a");
    expect(after?.isDone).toBe(true);
    expect(after?.wallSeconds).toBeGreaterThan(before?.wallSeconds as number);
    expect(messages).toContain("going on with arm-a: the arm-a");
  });

  it("gives up a step that another machine has taken over, and takes its result", async () => {
    const times = { heartbeatMs: 5, staleMs: 60_000 };
    const run = async ({ id }: Step, signal: AbortSignal) => {
      ran.push(id);
      if (id !== "encoder" || ran.length > 1) return true;
      // Another machine thought this one dead.
      await rm(join(stepFolder(table, id), "lock"));
      const theirs = (await Lock.take(stepFolder(table, id))) as Lock;
      if (!signal.aborted)
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      await theirs.release();
      return false;
    };
    const report = await work(PLAN, [PLAN.jobs[0] as Job], options({ run, times }));
    expect(messages).toContain("another machine has taken over encoder");
    expect(report.isInterrupted).toBe(false);
    expect(ran).toEqual(["encoder", "encoder", "arm-a"]);
  });
});

describe("the progress of a table", () => {
  it("estimates from what the steps of a kind have cost so far", async () => {
    const run = async () => true;
    await work(PLAN, [PLAN.jobs[0] as Job], { table, run, pollMs: 1 });
    const states = await tableProgress(PLAN, table);
    const [encoder, armA, armB] = states as [
      (typeof states)[0],
      (typeof states)[0],
      (typeof states)[0],
    ];
    expect([encoder.state, armA.state, armB.state]).toEqual(["done", "done", "to do"]);
    expect(armB.seconds).toBeCloseTo((encoder.seconds + armA.seconds) / 2, 9);
    const lock = (await Lock.take(stepFolder(table, "arm-b"))) as Lock;
    expect((await tableProgress(PLAN, table))[2]).toMatchObject({
      state: "running",
      detail: expect.stringContaining("process "),
    });
    await lock.release();
  });
});

// What ends training early, and what is then left: the loop with learners that fail on purpose.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type StageHooks, trainSteps } from "../../trainer/stages/training-loop";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

let run: string;
beforeEach(async () => {
  run = await mkdtemp(join(tmpdir(), "unmask-loop-"));
});
afterEach(() => rm(run, { recursive: true }));

/** A learner whose loss is the number of its batch. */
class Counter {
  readonly rates: number[] = [];

  constructor(
    public step = 0,
    private readonly failAt = Infinity,
    private readonly reason = "",
  ) {}

  train(batch: number, rate: number): { loss: number } {
    if (this.step + 1 === this.failAt) throw new Error(this.reason);
    this.step += 1;
    this.rates.push(rate);
    return { loss: batch };
  }
}

const saved: number[] = [];
beforeEach(() => {
  saved.length = 0;
});

function train(
  learner: Counter,
  hooks: StageHooks = {},
  rest: { before?: number; save?: () => Promise<void> } = {},
) {
  return trainSteps(
    {
      phase: "count",
      run,
      learner,
      take: async (index) => index,
      batchSize: 4,
      settings: { steps: 10, warmupSteps: 2, peakRate: 1, checkpointEvery: 4 },
      save: async () => {
        saved.push(learner.step);
      },
      look: () => ({ auc: { all: 0.5 } }),
      say: ({ auc }) => `AUC ${auc.all}`,
      ...rest,
    },
    hooks,
  );
}

const log = async () =>
  (await readFile(join(run, "log.jsonl"), "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));

describe("the training loop", () => {
  it("saves and looks at every checkpoint and at the end, and logs the means between", async () => {
    const messages: string[] = [];
    expect(await train(new Counter(), { onMessage: (text) => messages.push(text) })).toBe(true);
    expect(saved).toEqual([4, 8, 10]);
    expect(await log()).toMatchObject([
      { phase: "count", step: 4, loss: 1.5, auc: { all: 0.5 } },
      { step: 8, loss: 5.5 },
      { step: 10, loss: 8.5 },
    ]);
    expect(messages[0]).toBe("count, step 4: loss 1.5000, AUC 0.5");
  });

  it("goes on where it was, at the rate of that step, without batches of phases before", async () => {
    const [whole, rest] = [new Counter(), new Counter(7)];
    await train(whole);
    await train(rest);
    expect(rest.rates).toEqual(whole.rates.slice(7));
    await rm(join(run, "log.jsonl"));
    const steps: number[] = [];
    await train(new Counter(8), { onStep: (step) => steps.push(step) }, { before: 100 });
    expect((await log())[0].loss).toBe(108.5);
    expect(steps).toEqual([109, 110]);
  });

  it("finishes the step and saves when it is interrupted, and only what is new", async () => {
    const interrupt = new AbortController();
    const onStep = (step: number) => {
      if (step === 5) interrupt.abort();
    };
    expect(await train(new Counter(), { signal: interrupt.signal, onStep })).toBe(false);
    expect(saved).toEqual([4, 5]);
    expect(await train(new Counter(5), { signal: AbortSignal.abort() })).toBe(false);
    expect(saved).toEqual([4, 5]);
  });
});

describe("training that fails", () => {
  it("at a loss that is not finite names the step, the checkpoint kept and what helps", async () => {
    await expect(train(new Counter(0, 7, "the loss is not finite"))).rejects.toThrow(
      `count, step 7: the loss is not finite; a lower peakRate helps most often; the checkpoint of step 4 in ${run} is whole`,
    );
    expect(saved).toEqual([4]);
  });

  it("with the GPU names the step, and says so where there is no checkpoint", async () => {
    const lost = "CUDA_ERROR_ILLEGAL_ADDRESS";
    await expect(train(new Counter(0, 2, lost))).rejects.toThrow(
      `count, step 2: ${lost}; there was no checkpoint yet`,
    );
    await expect(train(new Counter(6, 8, lost))).rejects.toThrow("the checkpoint of step 6");
  });

  it("while saving names the checkpoint before", async () => {
    const learner = new Counter();
    const save = async () => {
      if (learner.step > 4) throw new Error("no space is left on the disk");
    };
    await expect(train(learner, {}, { save })).rejects.toThrow(
      /no space is left on the disk; the checkpoint of step 4/,
    );
  });
});

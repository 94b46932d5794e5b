// The teacher: the linear probe's gradient and fold, the label fraction, and a whole small stage.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { memory, type Tensor2D, tensor1d, tensor2d, tidy } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { encoderForward, inputTensor, readOut } from "../../trainer/network/encoder";
import { frozenLogits, frozenWeights } from "../../trainer/network/frozen";
import { randomParameters } from "../../trainer/network/initial";
import { ADAMW_DEFAULTS } from "../../trainer/optimiser/adamw";
import { Random } from "../../trainer/random";
import { teachingSides } from "../../trainer/stages/sides";
import { type TeachLog, teach } from "../../trainer/stages/teach";
import { LinearProbe, logisticGradient } from "../../trainer/stages/teach-probe";
import { TEACH_DEFAULTS, type TeachSettings } from "../../trainer/stages/teach-settings";
import { readTrainedStudent } from "../../trainer/stages/trained-student";
import type { Batch } from "../../trainer/synthesis/batch";
import { picture, proceduralData, tinyArchitecture } from "./moco-fixture";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const architecture = tinyArchitecture();
const encoder = randomParameters(architecture, 4);
const SETTINGS: TeachSettings = {
  ...TEACH_DEFAULTS,
  architecture,
  labelFraction: 0.5,
  probe: { steps: 10, peakRate: 3e-2 },
  steps: 30,
  warmupSteps: 3,
  peakRate: 5e-3,
  heldOutShare: 0.3,
  statisticsRate: 0.2,
  batch: { pairs: 2, labelled: 6, swapShare: 0, generatedShare: 0, videoLike: 0 },
  checkpointEvery: 10,
};

let data: string;
beforeAll(async () => {
  data = await proceduralData(6, 24);
});
afterAll(async () => {
  await rm(data, { recursive: true, force: true });
});

/** Pictures of two identities, which are the two classes. */
function twoIdentities(index: number): Batch {
  const n = 16;
  const pixels = new Uint8Array(n * 32 * 32 * 3);
  const labels = Float32Array.from({ length: n }, (_, i) => i % 2);
  labels.forEach((label, i) =>
    pixels.set(picture(label ? 5 : 2, index * n + i, 32), i * 32 * 32 * 3),
  );
  return { index, pixels, labels, masks: new Float32Array(0), maskKnown: new Float32Array(n) };
}

describe("the linear probe", () => {
  it("has the gradient that finite differences give", () => {
    const random = new Random(2);
    const draw = (n: number) => Float32Array.from({ length: n }, () => random.normal());
    const f = tensor2d(draw(15), [5, 3]);
    const y = tensor1d([1, 0, 0, 1, 1]);
    const flat = draw(4);
    const at = (values: Float32Array) => logisticGradient(f, y, tensor1d(values));
    const gradient = at(flat)[1].dataSync();
    flat.forEach((_, i) => {
      const moved = (by: number) =>
        at(flat.map((value, j) => (j === i ? value + by : value)))[0].dataSync()[0] as number;
      expect(gradient[i]).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3);
    });
  });

  it("agrees with one value worked out by hand", () => {
    // f·w + b = 2·0.5 − 1 = 0, so p = 1/2, loss = log 2, and (p − y) f = −1/2 · 2.
    const [loss, gradient] = logisticGradient(
      tensor2d([[2]]) as Tensor2D,
      tensor1d([1]),
      tensor1d([0.5, -1]),
    );
    expect(loss.dataSync()[0]).toBeCloseTo(Math.LN2, 6);
    expect([...gradient.dataSync()]).toEqual([-1, -0.5]);
  });

  it("learns, leaves no tensor behind, and folds into a teacher with the same logits", () => {
    const before = memory().numTensors;
    const probe = new LinearProbe(architecture, encoder, ADAMW_DEFAULTS);
    const first = probe.train(twoIdentities(0), 0.3).loss;
    const after = memory().numTensors;
    let last = first;
    for (let i = 1; i < 60; i++) last = probe.train(twoIdentities(i), 0.3).loss;
    expect(first).toBeCloseTo(Math.LN2, 5);
    expect(last).toBeLessThan(0.5);
    expect(memory().numTensors).toBe(after);

    const { pixels } = twoIdentities(100);
    const logits = probe.predict(pixels);
    const weights = frozenWeights(probe.parameters());
    const folded = tidy(
      () => readOut(weights, encoderForward(architecture, weights, inputTensor(pixels, 32))).logit,
    ).dataSync();
    const chunked = frozenLogits(architecture, weights, pixels);
    logits.forEach((logit, i) => {
      expect(folded[i]).toBeCloseTo(logit, 4);
      expect(chunked[i]).toBeCloseTo(logit, 4);
    });
    for (const weight of weights.values()) weight.dispose();
    probe.dispose();
    expect(memory().numTensors).toBe(before + 1);
  });
});

describe("the label fraction", () => {
  it("is chosen by group, nested, and leaves the held-out side alone", async () => {
    const rows = await readManifest(data);
    const sides = (labelFraction: number) => teachingSides(rows, { ...SETTINGS, labelFraction });
    const [few, half, all] = [sides(0.1), sides(0.5), sides(1)];
    const groups = ({ fit }: typeof few) => new Set(fit.map(({ group }) => group));
    for (const group of groups(few)) expect(groups(half)).toContain(group);
    for (const group of groups(half)) expect(groups(all)).toContain(group);
    expect(few.fit.length).toBeLessThan(0.2 * all.fit.length);
    expect(half.fit.length / all.fit.length).toBeCloseTo(0.5, 1);
    expect(few.heldOut).toEqual(all.heldOut);
    const heldOut = new Set(all.heldOut.map(({ group }) => group));
    for (const group of groups(all)) expect(heldOut).not.toContain(group);
    expect(new Set(few.fit.map(({ label }) => label))).toEqual(new Set(["real", "fake"]));
  });
});

describe("teaching", () => {
  const run = (name: string, settings: Partial<TeachSettings> = {}, stopAfter?: number) => {
    const stop = new AbortController();
    return teach({
      data,
      run: join(data, "runs", name),
      settings: { ...SETTINGS, ...settings },
      encoder,
      origin: "random",
      signal: stop.signal,
      onStep: (step) => {
        if (step === stopAfter) stop.abort();
      },
    });
  };

  it("probes, then fine-tunes, and beats chance on held-out groups", async () => {
    const teacher = await run("whole");
    const text = await readFile(join(data, "runs", "whole", "log.jsonl"), "utf8");
    const log = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as TeachLog);
    expect(log.map(({ phase, step }) => [phase, step])).toEqual([
      ["probe", 10],
      ["tune", 10],
      ["tune", 20],
      ["tune", 30],
    ]);
    expect(log[3]?.loss).toBeLessThan(log[1]?.loss as number);
    expect(log[3]?.auc.all).toBeGreaterThan(0.75);
    // Later stages read it like any supervised run.
    const read = await readTrainedStudent(join(data, "runs", "whole"));
    expect(read.step).toBe(30);
    for (const [name, { data: values }] of teacher ?? [])
      expect(read.parameters.get(name)?.data).toEqual(values);
  });

  it.each([
    ["the probe", 4],
    ["fine-tuning", 17],
  ])("ends in the same place when %s was interrupted", async (phase, stopAfter) => {
    expect(await run(phase, {}, stopAfter)).toBeNull();
    const resumed = await run(phase);
    const { parameters } = await readTrainedStudent(join(data, "runs", "whole"));
    for (const [name, { data: values }] of parameters) {
      const other = resumed?.get(name)?.data as Float32Array;
      values.forEach((value, i) => expect(other[i]).toBeCloseTo(value, 6));
    }
  });

  it("without a probe is supervised training with few labels, for the comparison", async () => {
    const settings = { probe: { steps: 0, peakRate: 0 }, steps: 2, labelFraction: 0.1 };
    const student = await run("alone", settings);
    expect(student?.get("classifier/kernel")?.data.some((weight) => weight !== 0)).toBe(true);
  });

  it("refuses a folder with another run", async () => {
    await expect(run("whole", { labelFraction: 1 })).rejects.toThrow("another --run folder");
  });
});

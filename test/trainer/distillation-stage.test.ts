// Distillation end to end on procedural pictures: the student comes near a teacher of another width
// and stride on pictures neither was shown, stops and goes on to the same result, and leaks nothing.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { memory } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { StudentArchitecture } from "../../model/student/architecture";
import { readManifest } from "../../trainer/datasets/manifest";
import { Distiller } from "../../trainer/distillation/distiller";
import type { LessonBatch } from "../../trainer/distillation/lessons";
import type { Teacher } from "../../trainer/distillation/teachers";
import { randomParameters } from "../../trainer/network/initial";
import { Random } from "../../trainer/random";
import { type DistilLog, type DistilRun, distil } from "../../trainer/stages/distil";
import { DISTIL_DEFAULTS, type DistilSettings } from "../../trainer/stages/distil-settings";
import { distillingSides } from "../../trainer/stages/sides";
import { TEACH_DEFAULTS } from "../../trainer/stages/teach-settings";
import { readTrainedStudent } from "../../trainer/stages/trained-student";
import { picture, proceduralData, tinyArchitecture } from "./moco-fixture";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const architecture = tinyArchitecture();
const initial = randomParameters(architecture, 4);

/** A wider net with a coarser map and an opinion of its own on every picture. */
function opinionatedTeacher(): Teacher {
  const base = tinyArchitecture(12);
  const teacher: StudentArchitecture = {
    ...base,
    blocks: [...base.blocks, { kernel: 3, stride: 2, expand: 2, inChannels: 24, outChannels: 24 }],
  };
  const parameters = randomParameters(teacher, 21);
  const random = new Random(3);
  // A logit is an average over the map, so its weights are the larger.
  for (const [output, spread] of [
    ["classifier", 2],
    ["mask", 0.3],
  ] as const) {
    const kernel = parameters.get(`${output}/kernel`);
    kernel?.data.forEach((_, i) => {
      kernel.data[i] = spread * random.normal();
    });
  }
  return { architecture: teacher, parameters };
}

const teacher = opinionatedTeacher();

const origin: DistilRun["origin"] = {
  initial: "random",
  teacher: {
    ...TEACH_DEFAULTS,
    architecture: teacher.architecture,
    stage: "teach",
    initial: "random",
  },
};

const SETTINGS: DistilSettings = {
  ...DISTIL_DEFAULTS,
  architecture,
  steps: 180,
  warmupSteps: 5,
  peakRate: 1e-2,
  features: { weight: 0.5, steps: 40 },
  labelWeight: 0.02,
  heldOutShare: 0.3,
  statisticsRate: 0.1,
  batch: { faces: 12, blends: 4, swapShare: 0, videoLike: 0 },
  checkpointEvery: 60,
};

let data: string;
beforeAll(async () => {
  data = await proceduralData(6, 24);
});
afterAll(async () => {
  await rm(data, { recursive: true, force: true });
});

function lesson(index: number): LessonBatch {
  const n = 8;
  const pixels = new Uint8Array(n * 32 * 32 * 3);
  for (let i = 0; i < n; i++) pixels.set(picture(i % 4, index * n + i, 32), i * 32 * 32 * 3);
  const known = Float32Array.from({ length: n }, (_, i) => (i < 3 ? 1 : 0));
  return { index, pixels, labels: new Float32Array(n), known };
}

/** The same pixels for a teacher of any input size. */
function view(pixels: Uint8Array, side = 32) {
  return () => ({ pixels, side });
}

describe("a step", () => {
  it("leaves no tensor behind, during and after the warm-up", () => {
    const before = memory().numTensors;
    const settings = { ...SETTINGS, features: { weight: 1, steps: 3 } };
    const distiller = new Distiller(initial, [teacher], settings);
    expect(distiller.train(lesson(0), 1e-3).featureLoss).toBeGreaterThan(0);
    const after = memory().numTensors;
    for (let i = 1; i < 6; i++) distiller.train(lesson(i), 1e-3);
    expect(distiller.train(lesson(6), 1e-3).featureLoss).toBe(0);
    distiller.predict(lesson(0).pixels);
    distiller.predictAsTeacher(view(lesson(0).pixels));
    expect(memory().numTensors).toBe(after);
    distiller.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("takes the teacher's word on pixels of its own, and leaves no tensor behind", () => {
    const before = memory().numTensors;
    const distiller = new Distiller(initial, [teacher], SETTINGS);
    const { pixels, ...rest } = lesson(0);
    const black = new Uint8Array(pixels.length);
    const squares = (shown: Uint8Array) =>
      distiller.predictAsTeacher(view(shown)).reduce((sum, z) => sum + z * z, 0) / 8;
    // The classifier is zero at first: then the student says 0 of everything.
    expect(distiller.train({ ...rest, pixels, teacherPixels: black }, 0).logitLoss).toBeCloseTo(
      squares(black),
      3,
    );
    expect(distiller.train({ ...rest, pixels }, 0).logitLoss).toBeCloseTo(squares(pixels), 3);
    expect(Math.abs(squares(black) - squares(pixels))).toBeGreaterThan(0.01);
    distiller.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("asks the teacher at the teacher's own size", () => {
    const before = memory().numTensors;
    const side = 48;
    const larger = { ...teacher, architecture: { ...teacher.architecture, inputSize: side } };
    const distiller = new Distiller(initial, [larger], SETTINGS);
    const perPicture = side * side * 3;
    const teacherPixels = new Uint8Array(8 * perPicture);
    for (let i = 0; i < 8; i++) teacherPixels.set(picture(i % 4, i, side), i * perPicture);
    const said = distiller.predictAsTeacher(view(teacherPixels, side));
    const squares = said.reduce((sum, z) => sum + z * z, 0) / 8;
    const { logitLoss, featureLoss } = distiller.train({ ...lesson(0), teacherPixels }, 0);
    expect(logitLoss).toBeCloseTo(squares, 3);
    expect(featureLoss).toBeGreaterThan(0);
    distiller.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("asks several teachers, each at its own size", () => {
    const side = 48;
    const larger = { ...teacher, architecture: { ...teacher.architecture, inputSize: side } };
    const views = new Map(
      [32, side].map((size) => {
        const all = Array.from({ length: 8 }, (_, i) => picture(i % 4, i, size));
        return [size, Uint8Array.from(all.flatMap((one) => [...one]))];
      }),
    );
    const distiller = new Distiller(initial, [teacher, larger], SETTINGS);
    const said = distiller.predictAsTeacher((size) => ({
      pixels: views.get(size) as Uint8Array,
      side: size,
    }));
    const teacherPixels = Uint8Array.from([...views.values()].flatMap((one) => [...one]));
    const squares = said.reduce((sum, z) => sum + z * z, 0) / 8;
    const { logitLoss } = distiller.train({ ...lesson(5), teacherPixels }, 0);
    expect(logitLoss).toBeCloseTo(squares, 3);
    distiller.dispose();
  });

  it("learns the mean of what several teachers say", () => {
    const before = memory().numTensors;
    const other = { ...teacher, parameters: randomParameters(teacher.architecture, 22) };
    const kernel = other.parameters.get("classifier/kernel");
    kernel?.data.forEach((_, i) => {
      kernel.data[i] = Math.sin(i) * 2;
    });
    const { pixels } = lesson(0);
    const alone = [teacher, other].map((one) => {
      const distiller = new Distiller(initial, [one], SETTINGS);
      const said = distiller.predictAsTeacher(view(pixels));
      distiller.dispose();
      return said;
    });
    const [a, b] = alone as [Float32Array, Float32Array];
    const mean = a.map((z, i) => (z + b[i]!) / 2);
    const distiller = new Distiller(initial, [teacher, other], SETTINGS);
    distiller
      .predictAsTeacher(view(pixels))
      .forEach((z, i) => void expect(z).toBeCloseTo(mean[i] as number, 4));
    // The student says 0 of everything yet.
    const squares = mean.reduce((sum, z) => sum + z * z, 0) / mean.length;
    expect(distiller.train(lesson(0), 0).logitLoss).toBeCloseTo(squares, 3);
    expect(Math.abs(a[0]! - b[0]!)).toBeGreaterThan(0.01);
    distiller.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("learns from the teacher with a part of the student kept, and leaves no tensor behind", () => {
    const before = memory().numTensors;
    const settings = { ...SETTINGS, freeze: { blocks: 1 } };
    const distiller = new Distiller(initial, [teacher], settings);
    const first = distiller.train(lesson(0), 1e-3).loss;
    const after = memory().numTensors;
    for (let i = 0; i < 30; i++) distiller.train(lesson(0), 1e-3);
    expect(distiller.train(lesson(0), 1e-3).loss).toBeLessThan(0.9 * first);
    expect(memory().numTensors).toBe(after);
    for (const [name, { data }] of distiller.averagedParameters()) {
      const start = initial.get(name)?.data as Float32Array;
      // The average of a constant is rounded at every step.
      const same = data.every((value, i) => Math.abs(value - start[i]!) <= 1e-5 * Math.abs(value));
      if (/^(stem|block0)\/|\/(mean|variance)$/.test(name)) expect(same, name).toBe(true);
      else if (name.endsWith("expand/kernel")) expect(same, name).toBe(false);
    }
    distiller.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it.each([{ loss: "mse" } as const, { loss: "kl", tau: 2 } as const])(
    "lowers every part of the loss ($loss)",
    (logits) => {
      const features = { weight: 1, steps: 1000 };
      const settings = { ...SETTINGS, logits, features, mapWeight: 1 };
      const distiller = new Distiller(initial, [teacher], settings);
      const first = distiller.train(lesson(0), 5e-3);
      let last = first;
      for (let i = 1; i <= 40; i++) last = distiller.train(lesson(i % 4), 5e-3);
      expect(last.logitLoss).toBeLessThan(0.7 * first.logitLoss);
      expect(last.featureLoss).toBeLessThan(0.7 * first.featureLoss);
      expect(last.mapLoss).toBeLessThan(first.mapLoss);
      distiller.dispose();
    },
  );
});

it("treats every label beyond the fraction as unknown, and can leave those faces out", async () => {
  const rows = await readManifest(data);
  const settings = { ...SETTINGS, labelFraction: 0.1 };
  const all = distillingSides(rows, settings);
  const few = distillingSides(rows, { ...settings, useUnlabelled: false });
  expect(few.lessons.every(({ label }) => label !== "unlabelled")).toBe(true);
  expect(few.lessons).toHaveLength(all.labelled);
  expect(all.lessons.filter(({ label }) => label !== "unlabelled")).toHaveLength(all.labelled);
  expect(all.lessons.length + all.heldOut.length).toBe(rows.length);
});

describe("distilling", () => {
  const run = (name: string, settings: Partial<DistilSettings> = {}, stopAfter?: number) => {
    const stop = new AbortController();
    return distil({
      data,
      run: join(data, "runs", name),
      settings: { ...SETTINGS, ...settings },
      teachers: [teacher],
      initial,
      origin,
      signal: stop.signal,
      onStep: (step) => {
        if (step === stopAfter) stop.abort();
      },
    });
  };

  it("brings the student's logits near the teacher's on held-out pictures", async () => {
    const student = await run("whole");
    const text = await readFile(join(data, "runs", "whole", "log.jsonl"), "utf8");
    const log = text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as DistilLog);
    const last = log.at(-1) as DistilLog;
    expect(last.step).toBe(180);
    expect(last.logitCorrelation).toBeGreaterThan(0.9);
    expect(last.logitGap).toBeLessThan(log[0]?.logitGap as number);
    expect([...(student?.keys() ?? [])].sort()).toEqual([...initial.keys()].sort());
    const read = await readTrainedStudent(join(data, "runs", "whole"));
    for (const [name, { data: values }] of student ?? [])
      expect(read.parameters.get(name)?.data).toEqual(values);
  });

  it("ends in the same place when it was interrupted, in the warm-up and after it", async () => {
    const short = { steps: 12, features: { weight: 1, steps: 6 }, checkpointEvery: 6 };
    const whole = await run("short", short);
    expect(await run("parts", short, 4)).toBeNull();
    expect(await run("parts", short, 9)).toBeNull();
    const resumed = await run("parts", short);
    for (const [name, { data: values }] of whole ?? []) {
      const other = resumed?.get(name)?.data as Float32Array;
      values.forEach((value, i) => expect(other[i]).toBeCloseTo(value, 6));
    }
  });

  it("lets a teacher of a larger input look at its own size", async () => {
    const larger = { ...teacher, architecture: { ...teacher.architecture, inputSize: 48 } };
    const folder = join(data, "runs", "larger");
    const batch = { ...SETTINGS.batch, teacherView: "untouched" as const };
    const settings = { ...SETTINGS, batch, steps: 2, peakRate: 1e-9, checkpointEvery: 1 };
    const job = { data, run: folder, settings, initial, origin };
    await distil({ ...job, teachers: [larger] });
    const same = join(data, "runs", "same-size");
    await distil({ ...job, run: same, teachers: [teacher] });
    const gapIn = async (run: string) => {
      const lines = (await readFile(join(run, "log.jsonl"), "utf8")).trim().split("\n");
      return (JSON.parse(lines.at(-1) as string) as DistilLog).logitGap;
    };
    // The student says nothing yet, so the gap is the size of the teacher's logits on other pixels.
    expect(await gapIn(folder)).toBeGreaterThan(0);
    expect(await gapIn(folder)).not.toBeCloseTo((await gapIn(same)) as number, 4);
  });

  it("refuses to go without a teacher", async () => {
    const job = { data, run: join(data, "runs", "alone"), settings: SETTINGS, initial, origin };
    await expect(distil({ ...job, teachers: [] })).rejects.toThrow("needs a teacher");
  });

  it("refuses to go on with another teacher", async () => {
    const other = { ...teacher, parameters: randomParameters(teacher.architecture, 22) };
    await expect(
      distil({
        data,
        run: join(data, "runs", "short"),
        settings: SETTINGS,
        teachers: [other],
        initial,
        origin,
      }),
    ).rejects.toThrow("another --run folder");
  });
});

import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { StudentPackageError } from "../../model/package/error";
import { selfTestPixels } from "../../model/package/self-test";
import { loadStudent } from "../../model/package/student";
import {
  emitGraphModel,
  FLOAT32_KERNELS,
  QUANTISED_KERNELS,
} from "../../trainer/emission/graph-model";
import { assemblePackage, type CardDraft } from "../../trainer/emission/package";
import { float16Bits, float16Value, storeTensor } from "../../trainer/emission/quantise";
import { runGraphModel } from "../../trainer/emission/run-graph-model";
import { unfoldedParameters } from "../../trainer/emission/unfold";
import { parametersLogits } from "../../trainer/network/frozen";
import { randomParameters } from "../../trainer/network/initial";
import { Random } from "../../trainer/random";
import { useNativeBackend } from "./native-backend";
import { TINY_SETTINGS } from "./tiny-settings";

useNativeBackend();

const { architecture } = TINY_SETTINGS;
const size = architecture.inputSize;

/** Random parameters with batch statistics and outputs that are not trivial. */
function parameters() {
  const result = randomParameters(architecture, 1);
  const random = new Random(2);
  for (const [name, { data }] of result)
    if (!name.endsWith("/kernel") || name.startsWith("classifier") || name.startsWith("mask"))
      for (let i = 0; i < data.length; i++)
        data[i]! += name.endsWith("/variance") ? random.uniform(0, 1) : random.uniform(-0.3, 0.3);
  return result;
}

const level = (logit: number) => ({
  logit,
  falsePositiveRate: 0.1,
  realPictures: 1,
  realGroups: 1,
});
const draft: CardDraft = {
  format: 1,
  name: "tiny",
  version: "0",
  date: "2026-01-01",
  status: "untrained",
  architecture: { name: "tiny", description: "for tests", parameters: 1 },
  inputSize: size,
  cropMargin: 1.3,
  normalisation: { mean: 127, scale: 128 },
  temperature: 1,
  thresholds: { unsure: level(0), suspicious: level(1), strong: level(2) },
  gates: { minFacePx: 1, minSharpness: 0 },
  training: { recipe: "none", sources: [] },
  metrics: [],
  licence: { weights: "none", terms: "none" },
};

describe("going on from a package", () => {
  const pixels = selfTestPixels(size, 5);

  it("gives back a network that says the same, to the quantisation", () => {
    for (const [storage, tolerance] of [
      [FLOAT32_KERNELS, 1e-4],
      [QUANTISED_KERNELS, 0.05],
    ] as const) {
      const model = emitGraphModel(architecture, parameters(), storage);
      const again = unfoldedParameters(architecture, model);
      expect([...again.keys()].sort()).toEqual([...parameters().keys()].sort());
      const [before] = parametersLogits(architecture, parameters(), pixels);
      const [after] = parametersLogits(architecture, again, pixels);
      expect(Math.abs((after as number) - (before as number))).toBeLessThan(tolerance);
    }
  });

  it("refuses another network by its first layer that does not fit", () => {
    const model = emitGraphModel(architecture, parameters(), FLOAT32_KERNELS);
    const wider = { ...architecture, stemChannels: architecture.stemChannels * 2 };
    expect(() => unfoldedParameters(wider, model)).toThrow(/stem\/kernel is .* and should be/);
  });
});

describe("emitGraphModel", () => {
  const pixels = new Uint8Array([1, 2, 3].flatMap((seed) => [...selfTestPixels(size, seed)]));

  it("computes what the training graph computes", async () => {
    const trained = parametersLogits(architecture, parameters(), pixels);
    const model = emitGraphModel(architecture, parameters(), FLOAT32_KERNELS);
    const { logits, maps } = await runGraphModel(model, pixels, size);
    expect(maps.length).toBe(3 * 8 * 8);
    expect(new Set(trained).size).toBe(3);
    trained.forEach((logit, i) => {
      expect(Math.abs(logit - (logits[i] as number))).toBeLessThan(1e-3);
    });
  });

  it("stays close when quantised", async () => {
    const float = emitGraphModel(architecture, parameters(), FLOAT32_KERNELS);
    const quantised = emitGraphModel(architecture, parameters(), QUANTISED_KERNELS);
    expect(quantised["weights.bin"].length).toBeLessThan(0.6 * float["weights.bin"].length);
    const a = (await runGraphModel(float, pixels, size)).logits;
    const b = (await runGraphModel(quantised, pixels, size)).logits;
    a.forEach((logit, i) => {
      expect(Math.abs(logit - (b[i] as number))).toBeLessThan(0.02);
    });
  });
});

describe("storeTensor", () => {
  it("keeps uint8 within half a step and zero exact", () => {
    const data = Float32Array.from([-0.7, -0.1, 0, 0.02, 0.31]);
    const { bytes, quantization } = storeTensor("w", [5], data, "uint8");
    if (quantization?.dtype !== "uint8") throw new Error("not uint8");
    const { scale, min } = quantization;
    const back = [...bytes].map((step) => step * scale + min);
    back.forEach((value, i) => {
      expect(Math.abs(value - (data[i] as number))).toBeLessThanOrEqual(scale);
    });
    expect(Math.abs(back[2] as number)).toBeLessThan(1e-9);
  });

  it("rounds half floats as IEEE 754 does", () => {
    const cases: [number, number][] = [
      [0, 0],
      [1, 0x3c00],
      [-2, 0xc000],
      [65504, 0x7bff],
      [1e6, 0x7c00],
      [2 ** -24, 1],
      [2 ** -14, 0x0400],
      [1 + 2 ** -11, 0x3c00],
      [1 + 3 * 2 ** -11, 0x3c02],
    ];
    for (const [value, bits] of cases) expect(float16Bits(value)).toBe(bits);
    const random = new Random(1);
    for (let i = 0; i < 500; i++) {
      const value = Math.fround(random.normal());
      expect(Math.abs(float16Value(float16Bits(value)) - value)).toBeLessThanOrEqual(
        Math.abs(value) * 2 ** -11 + 2 ** -25,
      );
    }
  });
});

describe("loadStudent", () => {
  const emitted = () => emitGraphModel(architecture, parameters(), QUANTISED_KERNELS);

  it("loads, scores bytes and floats alike, and leaves no tensor behind", async () => {
    const files = await assemblePackage(emitted(), draft);
    const before = tf.memory().numTensors;
    const student = await loadStudent(files);
    const pixels = selfTestPixels(size, 9);
    const fromBytes = await student.predict(pixels);
    const fromFloats = await student.predict(Float32Array.from(pixels));
    expect(fromBytes).toEqual(fromFloats);
    expect(fromBytes.mapSize).toEqual([8, 8]);
    await expect(student.predict(new Uint8Array(10))).rejects.toThrow(RangeError);
    student.dispose();
    expect(tf.memory().numTensors).toBe(before);
  });

  it("refuses weights that do not match their hash", async () => {
    const files = await assemblePackage(emitted(), draft);
    files.set("weights.bin", new Uint8Array(files.get("weights.bin")?.length ?? 0));
    await expect(loadStudent(files)).rejects.toThrow("weights.bin does not match the hash");
  });

  it("refuses a failing self-test", async () => {
    const files = await assemblePackage(emitted(), draft);
    const card = JSON.parse(new TextDecoder().decode(files.get("card.json")));
    card.selfTest.logit += 1;
    files.set("card.json", new TextEncoder().encode(JSON.stringify(card)));
    const before = tf.memory().numTensors;
    await expect(loadStudent(files)).rejects.toThrow(/self-test: logit/);
    await expect(loadStudent(files)).rejects.toThrow(StudentPackageError);
    expect(tf.memory().numTensors).toBe(before);
  });

  it("refuses a network that is none", async () => {
    const model = { ...emitted(), "model.json": new TextEncoder().encode('{"a":1}') };
    await expect(assemblePackage(model, draft)).rejects.toThrow();
  });
});

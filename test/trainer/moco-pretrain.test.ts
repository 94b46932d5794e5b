// Pretraining on procedural pictures: it learns, stops and goes on to the same result, and its memory
// stays flat.
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { memory, mul, sum, type Tensor4D, tensor, tensor1d, tidy } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures } from "../../trainer/datasets/pictures";
import { MoCo, type MoCoSettings } from "../../trainer/moco/moco";
import { nearestNeighbourAccuracy } from "../../trainer/moco/nearest-neighbours";
import { project, projectionHead } from "../../trainer/moco/projection-head";
import { type ViewBatch, ViewMaker } from "../../trainer/moco/views";
import {
  type BatchStatistics,
  encoderForward,
  inputTensor,
  pooled,
} from "../../trainer/network/encoder";
import { flatGradient } from "../../trainer/network/flat-gradient";
import { flatLayout, flatten, splitFlat } from "../../trainer/network/flat-parameters";
import { randomParameters } from "../../trainer/network/initial";
import { ADAMW_DEFAULTS } from "../../trainer/optimiser/adamw";
import { Random } from "../../trainer/random";
import { type PretrainLog, pretrain, readPretrainedEncoder } from "../../trainer/stages/pretrain";
import { PRETRAIN_DEFAULTS, type PretrainSettings } from "../../trainer/stages/pretrain-settings";
import { picture, proceduralData, tinyArchitecture } from "./moco-fixture";
import { useNativeBackend } from "./native-backend";

const architecture = tinyArchitecture();
const initial = randomParameters(architecture, 4);

const SETTINGS: PretrainSettings = {
  ...PRETRAIN_DEFAULTS,
  architecture,
  K: 64,
  m: 0.9,
  dimensions: 16,
  n: 16,
  groups: 2,
  steps: 120,
  warmupSteps: 5,
  peakRate: 3e-3,
  neighbours: 5,
  heldOutShare: 0.3,
  statisticsRate: 0.1,
  checkpointEvery: 40,
};

useNativeBackend();

let data: string;
const runFolder = (name: string) => join(data, "runs", name);

beforeAll(async () => {
  data = await proceduralData(6, 24);
});
afterAll(async () => {
  await rm(data, { recursive: true, force: true });
});

/** Views without a data folder: noise, and the same noise lit differently. */
function noiseBatch(index: number, n: number): ViewBatch {
  const random = Random.at(9, index);
  const bytes = architecture.inputSize ** 2 * 3;
  const draw = () => Uint8Array.from({ length: n * bytes }, () => random.integer(256));
  return {
    index,
    queries: draw(),
    keys: draw(),
    blended: draw(),
    owners: Float32Array.from({ length: n }, (_, i) => i),
  };
}

const mocoSettings: MoCoSettings = { ...SETTINGS, optimiser: ADAMW_DEFAULTS };

describe("the encoder", () => {
  it("has the gradient that finite differences give, through head and batch norm", () => {
    const parameters = new Map([
      ...randomParameters(architecture, 2),
      ...projectionHead(architecture.headChannels, 4, 1),
    ]);
    const layout = flatLayout(parameters);
    const flat = flatten(layout, parameters);
    const random = new Random(6);
    const pixels = tensor(
      Float32Array.from({ length: 3 * 32 * 32 * 3 }, () => random.normal()),
      [3, 32, 32, 3],
    ) as Tensor4D;
    const direction = tensor(
      Float32Array.from({ length: 12 }, () => random.normal()),
      [3, 4],
    );
    const lossAt = (values: Float32Array) => {
      const at = tensor1d(values);
      const result = flatGradient(layout, at, (weights) => {
        const statistics: BatchStatistics = new Map();
        const features = pooled(encoderForward(architecture, weights, pixels, statistics));
        return sum(mul(project(weights, features), direction));
      });
      at.dispose();
      return result;
    };
    const gradient = lossAt(flat).gradient.dataSync() as Float32Array;
    const length = Math.sqrt(gradient.reduce((total, g) => total + g * g, 0));
    // Along the gradient itself the slope is its length: one number that every weight is part of.
    const step = 1e-3;
    const moved = (by: number) =>
      lossAt(flat.map((value, i) => value + (by * (gradient[i] as number)) / length)).loss;
    const slope = (moved(step) - moved(-step)) / (2 * step);
    expect(slope / length).toBeGreaterThan(0.97);
    expect(slope / length).toBeLessThan(1.03);
  });
});

describe("the monitor", () => {
  const bank = {
    features: Float32Array.of(1, 0, 2, 0.2, 0, 1, -0.1, 3),
    labels: [0, 0, 1, 1],
  };
  it("votes by direction and balances the classes", () => {
    const probes = { features: Float32Array.of(5, 1, 4, 0, 1, 0.9, 0.1, 1), labels: [0, 0, 0, 1] };
    // (1, 0.9) lies nearest to the first class; all are right with two neighbours.
    expect(nearestNeighbourAccuracy(bank, probes, 2)).toBe(1);
    const wrong = { features: Float32Array.of(5, 1, 0, 1, 0, 2, 0.1, 1), labels: [0, 0, 0, 1] };
    expect(nearestNeighbourAccuracy(bank, wrong, 1)).toBeCloseTo((1 / 3 + 1) / 2, 6);
  });
  it("says nothing of nothing", () => {
    const none = { features: new Float32Array(0), labels: [] };
    expect(nearestNeighbourAccuracy(bank, none, 2)).toBeNaN();
  });
});

describe("views", () => {
  it("are the same for the same number, and show each picture once an epoch", async () => {
    const rows = await readManifest(data);
    const pool = await loadPictures(data, rows.slice(0, 32));
    const recipe = { ...SETTINGS, inputSize: 32, blended: true };
    const maker = new ViewMaker(pool.bytes, pool.pictures, recipe);
    const again = new ViewMaker(pool.bytes, pool.pictures, recipe);
    const second = await again.make(1);
    const batches = [await maker.make(0), await maker.make(1)];
    expect(batches[1]).toEqual(second);
    expect(new Set(batches.flatMap(({ owners }) => [...owners])).size).toBe(32);
    const [first] = batches as [ViewBatch];
    expect(first.queries).not.toEqual(first.keys);
    expect(first.blended).not.toEqual(first.queries);
    // The pseudo-fake is seen as the query is: most of it is the very same picture.
    const differing = first.queries.filter((v, i) => Math.abs(v - first.blended[i]!) > 24).length;
    expect(differing / first.queries.length).toBeLessThan(0.5);
  });

  it("come without pseudo-fakes if none are wanted", async () => {
    const pool = await loadPictures(data, (await readManifest(data)).slice(0, 4));
    const recipe = { ...SETTINGS, n: 4, inputSize: 32, blended: false };
    expect((await new ViewMaker(pool.bytes, pool.pictures, recipe).make(0)).blended).toHaveLength(
      0,
    );
  });
});

describe("a step", () => {
  it("moves the key encoder by m towards the query encoder of the step before", () => {
    const moco = new MoCo(initial, { ...mocoSettings, m: 0.9 });
    const start = moco.state();
    moco.train(noiseBatch(0, 16), 1e-3);
    const first = moco.state();
    expect([...first.key.subarray(0, 50)].map((x) => x.toFixed(5))).toEqual(
      [...start.key.subarray(0, 50)].map((x) => x.toFixed(5)),
    );
    moco.train(noiseBatch(1, 16), 1e-3);
    const second = moco.state();
    for (const i of [0, 10, 100, second.key.length - 20])
      expect(second.key[i]).toBeCloseTo(0.9 * first.key[i]! + 0.1 * first.weights[i]!, 5);
    expect(second.queue.pointer).toBe(32);
    expect([...second.queue.owners.subarray(0, 16)]).toEqual(
      Array.from({ length: 16 }, (_, i) => i),
    );
    moco.dispose();
  });

  it("leaves no tensor behind", () => {
    const before = memory().numTensors;
    const moco = new MoCo(initial, mocoSettings);
    moco.train(noiseBatch(0, 16), 1e-3);
    const after = memory().numTensors;
    for (let i = 1; i < 6; i++) moco.train(noiseBatch(i, 16), 1e-3);
    moco.features(noiseBatch(0, 4).queries);
    expect(memory().numTensors).toBe(after);
    moco.dispose();
    expect(memory().numTensors).toBe(before);
  });

  it("stops at a loss that is not finite, with nothing changed", () => {
    const moco = new MoCo(initial, { ...mocoSettings, T: 0 });
    const before = moco.state();
    expect(() => moco.train(noiseBatch(0, 16), 1e-3)).toThrow("not finite");
    expect(moco.state().weights).toEqual(before.weights);
    expect(moco.state().queue).toEqual(before.queue);
    moco.dispose();
  });
});

describe("pretraining", () => {
  const run = (name: string, settings: Partial<PretrainSettings> = {}, stopAfter?: number) => {
    const stop = new AbortController();
    return pretrain({
      data,
      run: runFolder(name),
      settings: { ...SETTINGS, ...settings },
      initial,
      origin: "random",
      signal: stop.signal,
      onStep: (step) => {
        if (step === stopAfter) stop.abort();
      },
    });
  };
  const logOf = async (name: string) =>
    (await readFile(join(runFolder(name), "log.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as PretrainLog);

  it("lowers its loss, and its frozen features tell strangers' pictures apart", async () => {
    const encoder = await run("learns");
    expect(encoder?.has("head/kernel")).toBe(true);
    expect([...(encoder?.keys() ?? [])].some((name) => name.startsWith("contrast"))).toBe(false);
    const log = await logOf("learns");
    expect(log.map(({ step }) => step)).toEqual([40, 80, 120]);
    const [first, , last] = log as [PretrainLog, PretrainLog, PretrainLog];
    expect(last.loss).toBeLessThan(first.loss - 0.15);
    // One of 66 by chance: the key, the queue, the pseudo-fake.
    expect(last.accuracy).toBeGreaterThan(5 / 66);
    expect(last.neighbourAccuracy).toBeGreaterThan(0.75);

    // Which of six, of pictures it never saw: chance is 1/6.
    const { encoder: read } = await readPretrainedEncoder(runFolder("learns"));
    const layout = flatLayout(read, () => true);
    const weights = splitFlat(layout, tensor1d(flatten(layout, read)));
    const side = (from: number, to: number) => {
      const labels: number[] = [];
      const pixels: number[] = [];
      for (let identity = 0; identity < 6; identity++)
        for (let instance = from; instance < to; instance++) {
          labels.push(identity);
          pixels.push(...picture(identity, instance, 32));
        }
      const features = tidy(() =>
        pooled(encoderForward(architecture, weights, inputTensor(Uint8Array.from(pixels), 32))),
      );
      return { features: features.dataSync() as Float32Array, labels };
    };
    expect(nearestNeighbourAccuracy(side(100, 108), side(200, 208), 3)).toBeGreaterThan(0.7);
  });

  it("ends in the same place when it was interrupted", async () => {
    const short = { steps: 8, warmupSteps: 2, checkpointEvery: 4 };
    const whole = await run("whole", short);
    expect(await run("parts", short, 3)).toBeNull();
    const resumed = await run("parts", short);
    expect(resumed?.size).toBe(whole?.size);
    for (const [name, { data: values }] of whole ?? []) {
      const other = resumed?.get(name)?.data as Float32Array;
      values.forEach((value, i) => expect(other[i]).toBeCloseTo(value, 6));
    }
    // Called once more it reads the result and trains nothing.
    const again = await run("parts", short, 1);
    expect(again?.get("stem/kernel")).toEqual(resumed?.get("stem/kernel"));
  });

  it("refuses a folder with another run, and a damaged checkpoint", async () => {
    await expect(run("parts", { steps: 8, T: 0.1 })).rejects.toThrow("another --run folder");
    const { writeFile } = await import("node:fs/promises");
    const path = join(runFolder("parts"), "checkpoint.bin");
    await writeFile(path, (await readFile(path)).subarray(0, 5000));
    await expect(run("parts", { steps: 8, warmupSteps: 2, checkpointEvery: 4 })).rejects.toThrow(
      `${path} is damaged`,
    );
  });
});

import * as tf from "@tensorflow/tfjs-core";
import { expect, it } from "vitest";
import { studentOfSize } from "../../trainer/distillation/family";
import { encoderForward, readOut } from "../../trainer/network/encoder";
import { randomParameters } from "../../trainer/network/initial";
import { isTrainable } from "../../trainer/network/parameters";
import { withKernels } from "../../trainer/ops/node-kernels";
import { Random } from "../../trainer/random";
import { SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { StudentTrainer } from "../../trainer/stages/student-trainer";
import { useNativeBackend } from "./native-backend";
import { withOpinions } from "./with-opinions";

useNativeBackend();

const architecture = studentOfSize("tiny", 32);

/**
 * Gradients of a loss that depends on every weight, by name.
 *
 * @param norm whether batch norm takes the batch's statistics or those of the parameters.
 */
function gradients(norm: "batch" | "fixed"): Map<string, Float32Array> {
  const random = new Random(3);
  const parameters = withOpinions(randomParameters(architecture, 1), random);
  const names = [...parameters.keys()].filter(isTrainable);
  const weights = new Map(
    names.map((name) => {
      const { data, shape } = parameters.get(name) ?? { data: new Float32Array(), shape: [] };
      return [name, tf.tensor(data, shape)];
    }),
  );
  const statistics = new Map(
    [...parameters].flatMap(([name, { data, shape }]) =>
      isTrainable(name) ? [] : [[name, tf.tensor(data, shape)] as const],
    ),
  );
  const pixels = tf.randomNormal([4, 32, 32, 3], 0, 1, "float32", 7) as tf.Tensor4D;
  const { grads } = tf.engine().gradients(() => {
    const featureMap =
      norm === "batch"
        ? encoderForward(architecture, weights, pixels, new Map())
        : encoderForward(architecture, new Map([...weights, ...statistics]), pixels);
    const { logit, map } = readOut(weights, featureMap);
    const labels = tf.tensor1d([0, 1, 1, 0]);
    const loss = tf.losses.sigmoidCrossEntropy(labels, logit);
    return tf.add(loss, tf.mean(tf.square(map))) as tf.Scalar;
  }, [...weights.values()]);
  return new Map(names.map((name, i) => [name, grads[i]?.dataSync() as Float32Array]));
}

it.each(["batch", "fixed"] as const)(
  "a whole network's gradient is the same by every kind of kernel, norm %s",
  (norm) => {
    const [plain, ...others] = (["plain", "tensorflow", "own"] as const).map((way) =>
      withKernels(way, () => gradients(norm)),
    );
    for (const other of others)
      for (const [name, reference] of plain ?? []) {
        const length = Math.hypot(...reference);
        const gap = Math.hypot(...reference.map((value, i) => value - (other.get(name)?.[i] ?? 0)));
        // What lies before a batch norm has no gradient but rounding in its shift.
        expect(gap, name).toBeLessThan(1e-3 * length + 1e-5);
      }
  },
);

it.each(["none", { blocks: 1 }] as const)("a step leaves no tensor behind, frozen %o", (freeze) => {
  const settings = { ...SUPERVISE_DEFAULTS, architecture, freeze };
  const before = tf.memory().numTensors;
  const trainer = new StudentTrainer(architecture, randomParameters(architecture, 1), settings);
  const batch = {
    index: 0,
    pixels: new Uint8Array(4 * 32 * 32 * 3).map((_, i) => (i * 37) % 256),
    labels: Float32Array.of(0, 1, 0, 1),
    masks: new Float32Array(4 * 8 * 8),
    maskKnown: Float32Array.of(1, 1, 0, 1),
  };
  for (const way of ["own", "tensorflow", "plain"] as const)
    withKernels(way, () => {
      trainer.train(batch, 1e-4);
      const held = tf.memory().numTensors;
      trainer.train(batch, 1e-4);
      expect(tf.memory().numTensors, way).toBe(held);
    });
  trainer.dispose();
  expect(tf.memory().numTensors).toBe(before);
});

it("what is frozen stays, and the rest learns", () => {
  const settings = { ...SUPERVISE_DEFAULTS, architecture, freeze: { blocks: 1 } };
  const initial = randomParameters(architecture, 1);
  const trainer = new StudentTrainer(architecture, initial, settings);
  const random = new Random(2);
  // Bright pictures are manipulated ones: learnt in a few steps by whatever may learn.
  const labels = Float32Array.from({ length: 8 }, (_, i) => i % 2);
  const batch = {
    index: 0,
    pixels: new Uint8Array(8 * 32 * 32 * 3).map(
      (_, i) => 60 + 100 * (labels[Math.floor(i / (32 * 32 * 3))] as number) + random.integer(60),
    ),
    labels,
    masks: new Float32Array(8 * 8 * 8),
    maskKnown: new Float32Array(8),
  };
  const first = trainer.train(batch, 1e-3).loss;
  for (let step = 0; step < 40; step++) trainer.train(batch, 1e-3);
  expect(trainer.train(batch, 1e-3).loss).toBeLessThan(0.8 * first);
  for (const [name, { data }] of trainer.averagedParameters()) {
    const before = initial.get(name)?.data as Float32Array;
    // The average of a constant is rounded at every step.
    const same = data.every((value, i) => Math.abs(value - before[i]!) <= 1e-5 * Math.abs(value));
    const isFrozen = /^(stem|block0)\/|\/(mean|variance)$/.test(name);
    if (isFrozen) expect(same, name).toBe(true);
    else if (name.endsWith("/kernel") && !name.startsWith("mask")) expect(same, name).toBe(false);
  }
  trainer.dispose();
});

it("refuses to keep more blocks than there are", () => {
  const settings = { ...SUPERVISE_DEFAULTS, architecture, freeze: { blocks: 4 } };
  expect(
    () => new StudentTrainer(architecture, randomParameters(architecture, 1), settings),
  ).toThrow("freeze names 4 blocks, and tiny-32 has 3");
});

// The parts of distillation: losses against values worked out by hand and finite differences, the
// schedule, the lessons, the family.
import { rm } from "node:fs/promises";
import {
  grad,
  reshape,
  type Scalar,
  type Tensor,
  type Tensor1D,
  type Tensor4D,
  tensor1d,
  tensor4d,
} from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures, type PicturePool } from "../../trainer/datasets/pictures";
import { studentNamed, studentOfSize } from "../../trainer/distillation/family";
import { inheritedParameters } from "../../trainer/distillation/inherit";
import { LessonMaker, type LessonRecipe } from "../../trainer/distillation/lessons";
import { featureMse, labelLoss, logitKl, logitMse } from "../../trainer/distillation/losses";
import { onGrid } from "../../trainer/distillation/projection";
import { featureWeightAt, labelWeightFor } from "../../trainer/distillation/schedule";
import { unitLength } from "../../trainer/moco/projection-head";
import { randomParameters } from "../../trainer/network/initial";
import { countParameters } from "../../trainer/network/parameters";
import { proceduralData } from "./moco-fixture";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const valueOf = (loss: Scalar) => loss.dataSync()[0] as number;

/** Holds a loss of a vector against its finite differences. */
function expectGradient(loss: (x: Tensor1D) => Scalar, at: number[]): void {
  const analytic = grad((x: Tensor) => loss(x as Tensor1D))(tensor1d(at)).dataSync();
  at.forEach((_, i) => {
    const moved = (by: number) =>
      valueOf(loss(tensor1d(at.map((value, j) => (j === i ? value + by : value)))));
    expect(analytic[i]).toBeCloseTo((moved(1e-2) - moved(-1e-2)) / 2e-2, 3);
  });
}

describe("losses", () => {
  const teacher = () => tensor1d([1, -2, 0.5]);

  it("compare logits by their squares", () => {
    expect(valueOf(logitMse(tensor1d([2, -2, 0]), teacher()))).toBeCloseTo((1 + 0 + 0.25) / 3, 6);
    expectGradient((x) => logitMse(x, teacher()), [0.3, 1, -0.4]);
  });

  it("compare logits by KL at a temperature", () => {
    // At τ = 2: σ(1) = 0.7310586 against σ(0) = 0.5, times τ².
    const p = 0.7310586;
    const kl = p * Math.log(p / 0.5) + (1 - p) * Math.log((1 - p) / 0.5);
    expect(valueOf(logitKl(tensor1d([0]), tensor1d([2]), 2))).toBeCloseTo(4 * kl, 5);
    expect(valueOf(logitKl(teacher(), teacher(), 3))).toBeCloseTo(0, 6);
    expectGradient((x) => logitKl(x, teacher(), 2), [0.3, 1, -0.4]);
  });

  it("tend to an eighth of the squares as the temperature grows", () => {
    const student = tensor1d([1.5, -1, 0]);
    const squares = valueOf(logitMse(student, teacher()));
    expect(valueOf(logitKl(student, teacher(), 20))).toBeCloseTo(squares / 8, 2);
  });

  it("do not overflow", () => {
    expect(valueOf(logitKl(tensor1d([-500]), tensor1d([500]), 1))).toBeCloseTo(500, 2);
  });

  it("count only labels that may be used", () => {
    // −log σ(2) = 0.126928; the second label is nobody's.
    const loss = (logit: Tensor1D) => labelLoss(logit, tensor1d([1, 0]), tensor1d([1, 0]), 1);
    expect(valueOf(loss(tensor1d([2, 9])))).toBeCloseTo(0.126928, 5);
    expectGradient(loss, [0.7, 3]);
    expect(valueOf(labelLoss(tensor1d([2]), tensor1d([0]), tensor1d([0]), 0))).toBe(0);
  });

  it("compare features by direction: 2 − 2 cos, averaged over the places", () => {
    // Cosines 0.6 and 1.
    const a = unitLength(tensor4d([2, 0, 0, 3], [1, 1, 2, 2]));
    const b = unitLength(tensor4d([3, 4, 0, 1], [1, 1, 2, 2]));
    expect(valueOf(featureMse(a, b))).toBeCloseTo((2 - 2 * 0.6 + 0) / 2, 5);
    expectGradient(
      (x) => featureMse(unitLength(reshape(x, [1, 1, 2, 2])) as Tensor4D, b),
      [1, 0.3, -0.4, 2],
    );
  });

  it("leave a place without any feature alone, where a length has no gradient", () => {
    const wanted = unitLength(tensor4d([3, 4, 0, 1], [1, 1, 2, 2]));
    const loss = (x: Tensor) => featureMse(unitLength(x as Tensor4D), wanted);
    const slope = grad(loss)(tensor4d([0, 0, 1, 1], [1, 1, 2, 2])).dataSync();
    expect([...slope].every(Number.isFinite)).toBe(true);
    expect(valueOf(loss(tensor4d([0, 0, 0, 1], [1, 1, 2, 2])) as Scalar)).toBeCloseTo(0.5, 5);
  });

  it("bring maps of different strides onto one grid", () => {
    const map = tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
    expect(onGrid(map, 2)).toBe(map);
    const larger = onGrid(map, 4);
    expect(larger.shape).toEqual([1, 4, 4, 1]);
    expect(larger.dataSync()[0]).toBeCloseTo(1, 5);
    expect(larger.dataSync()[15]).toBeCloseTo(4, 5);
  });
});

describe("the schedule", () => {
  it("lets features go along a half cosine", () => {
    const features = { weight: 2, steps: 100 };
    expect(featureWeightAt(0, features)).toBe(2);
    expect(featureWeightAt(50, features)).toBeCloseTo(1, 6);
    expect(featureWeightAt(100, features)).toBe(0);
    expect(featureWeightAt(5, { weight: 2, steps: 0 })).toBe(0);
  });
  it("trusts few labels little", () => {
    expect([0.01, 0.1, 1].map(labelWeightFor)).toEqual([0.01, 0.1, 0.5]);
  });
});

it("has students of clearly different sizes", () => {
  const [small, medium, large] = (["small", "medium", "large"] as const).map((size) =>
    countParameters(randomParameters(studentOfSize(size), 1)),
  ) as [number, number, number];
  expect(small).toBeLessThan(medium / 2);
  expect(medium).toBeLessThan(large / 2);
});

describe("lessons", () => {
  let data: string;
  let pool: PicturePool;
  const recipe: LessonRecipe = {
    faces: 8,
    blends: 3,
    swapShare: 0.5,
    videoLike: 0.3,
    inputSize: 32,
    cropMargin: 1.3,
    seed: 1,
  };
  beforeAll(async () => {
    data = await proceduralData(2, 12);
    pool = await loadPictures(data, await readManifest(data));
  });
  afterAll(async () => {
    await rm(data, { recursive: true, force: true });
  });

  it("hold every face once an epoch, with the labels that may be used", async () => {
    const maker = new LessonMaker(pool.bytes, pool.pictures, recipe);
    const batches = [await maker.make(0), await maker.make(1), await maker.make(2)];
    const faces = batches.flatMap(({ known, labels }) =>
      Array.from({ length: 8 }, (_, i) => (known[i] ? labels[i] : "unlabelled")),
    );
    const count = (label: unknown) => faces.filter((face) => face === label).length;
    expect([count(0), count(1), count("unlabelled")]).toEqual([8, 8, 8]);
    for (const { labels, known } of batches)
      for (let blend = 0; blend < 3; blend++) {
        expect(known[8 + blend]).toBe(known[blend]);
        expect(labels[8 + blend]).toBe(known[blend]);
      }
  });

  it("are the same for the same number", async () => {
    const first = await new LessonMaker(pool.bytes, pool.pictures, recipe).make(5);
    const second = await new LessonMaker(pool.bytes, pool.pictures, recipe).make(5);
    expect(second).toEqual(first);
  });
});

describe("a student that starts as a cut of its teacher", () => {
  const architecture = studentOfSize({ blocks: 5 }, 64);
  const parameters = randomParameters(architecture, 3);
  const teacher = { architecture, parameters };

  it("has the teacher's first blocks, its next expansion for a head, and outputs at zero", () => {
    const student = studentOfSize({ blocks: 3 }, 64);
    const own = inheritedParameters(student, teacher);
    const blank = randomParameters(student, 1);
    expect([...own.keys()].sort()).toEqual([...blank.keys()].sort());
    for (const [name, { shape, data }] of own) {
      expect(shape).toEqual(blank.get(name)?.shape);
      const isOutput = /^(classifier|mask)\//.test(name);
      const from = name.replace(/^head/, "block3/expand");
      if (isOutput) expect(new Set(data)).toEqual(new Set([0]));
      else expect(data).toEqual(parameters.get(from)?.data);
    }
    // Its own copy: training the student leaves the teacher what it is.
    own.get("stem/kernel")?.data.fill(7);
    expect(parameters.get("stem/kernel")?.data[0]).not.toBe(7);
  });

  it("is the teacher where nothing is cut off, outputs and all", () => {
    expect(inheritedParameters(architecture, teacher)).toEqual(parameters);
  });

  it.each([
    ["deeper", studentOfSize({ blocks: 6 }, 64)],
    ["of another family", studentOfSize("tiny", 64)],
  ])("cannot be %s", (_, student) => {
    expect(() => inheritedParameters(student, teacher)).toThrow(/is no cut of its teacher/);
  });
});

describe("the students on offer", () => {
  it("are found again by the name that a card gives", () => {
    for (const size of ["tiny", "small", "medium", "large", { blocks: 10 }] as const) {
      const student = studentOfSize(size, 96);
      expect(studentNamed(student.name)).toEqual(student);
    }
    for (const name of ["", "tiny", "efficientnet-lite0-b-160", "efficientnet-lite4-b10-160"])
      expect(() => studentNamed(name)).toThrow("there is no student of the name");
    expect(() => studentNamed("efficientnet-lite0-b99-160")).toThrow(RangeError);
  });
});

// Teachers that look at a face several times: what they say is the mean of what each view alone makes them say.
import { moments, reverse, type Tensor4D } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { studentOfSize } from "../../trainer/distillation/family";
import { type Glances, glancesOf } from "../../trainer/distillation/glances";
import { FrozenTeachers, type Teacher } from "../../trainer/distillation/teachers";
import { inputTensor } from "../../trainer/network/encoder";
import { randomParameters } from "../../trainer/network/initial";
import { Random } from "../../trainer/random";
import { useNativeBackend } from "./native-backend";
import { withOpinions } from "./with-opinions";

useNativeBackend();

const SIDE = 32;
const GRID = 2;
const N = 3;
const architecture = studentOfSize("tiny", SIDE);

function teacher(seed = 5): Teacher {
  const parameters = withOpinions(randomParameters(architecture, seed), new Random(seed));
  return { architecture, parameters };
}

function noise(): Uint8Array {
  const random = Random.at(1, 0);
  return Uint8Array.from({ length: N * SIDE * SIDE * 3 }, () => random.integer(256));
}

function answer(how: Glances, faces: Tensor4D) {
  const teachers = new FrozenTeachers([teacher(), teacher(6)], how);
  const { logit, map, features } = teachers.ask(() => faces, GRID);
  teachers.dispose();
  return { logit: [...logit.dataSync()], map, features: [...features.dataSync()] };
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  Array.from(wanted).forEach((value, i) => expect(found[i]).toBeCloseTo(value, 4));
}

describe("glances", () => {
  it.each(["mirrored", "halved"] as const)(
    "(%s) say the same of a face and of its mirror image",
    (how) => {
      const faces = inputTensor(noise(), SIDE);
      const one = answer(how, faces);
      const other = answer(how, reverse(faces, 2));
      expectClose(other.logit, one.logit);
      expectClose(other.map.dataSync(), reverse(one.map, 2).dataSync());
      const once = answer("once", faces);
      expect(answer("once", reverse(faces, 2)).logit[0]).not.toBeCloseTo(
        once.logit[0] as number,
        4,
      );
      expect(one.features).toEqual(once.features);
    },
  );

  it("are averaged, every one counting the same", () => {
    const faces = inputTensor(noise(), SIDE);
    const mean = (all: ArrayLike<number>[]) =>
      Array.from(
        all[0] as ArrayLike<number>,
        (_, i) => all.reduce((sum, one) => sum + (one[i] as number), 0) / all.length,
      );
    const apart = glancesOf("halved").map(({ see, back }) => {
      const { logit, map } = answer("once", see(faces));
      return { logit, map: back(map).dataSync() };
    });
    expect(apart).toHaveLength(4);
    const together = answer("halved", faces);
    expectClose(together.logit, mean(apart.map(({ logit }) => logit)));
    expectClose(together.map.dataSync(), mean(apart.map(({ map }) => map)));
  });

  it("at half the size shift nothing", () => {
    const [, , halved] = glancesOf("halved");
    const ramp = Uint8Array.from(
      { length: SIDE * SIDE * 3 },
      (_, i) => 4 * (Math.floor(i / 3) % SIDE),
    );
    const faces = inputTensor(ramp, SIDE);
    const seen = halved?.see(faces) as Tensor4D;
    expect(seen.shape).toEqual(faces.shape);
    const [is, was] = [seen.dataSync(), faces.dataSync()];
    // A slope survives where no edge is near; noise does not.
    for (let x = 2; x < SIDE - 2; x++) expect(is[x * 3]).toBeCloseTo(was[x * 3] as number, 4);
    const grain = inputTensor(noise(), SIDE);
    const spread = (values: Tensor4D) => moments(values).variance.dataSync()[0] as number;
    expect(spread(halved?.see(grain) as Tensor4D)).toBeLessThan(spread(grain) / 3);
  });

  it("give the logits that a look at held-out faces gives", () => {
    const pixels = noise();
    const teachers = new FrozenTeachers([teacher()], "halved");
    const { logit } = teachers.ask(() => inputTensor(pixels, SIDE), GRID);
    expectClose(
      teachers.predict(() => ({ pixels, side: SIDE })),
      logit.dataSync(),
    );
    teachers.dispose();
  });
});

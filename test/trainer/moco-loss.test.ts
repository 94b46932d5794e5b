// InfoNCE, the queue, the momentum update and the groups, against values worked out by hand.
import { grad, type Tensor2D, tensor1d, tensor2d } from "@tensorflow/tfjs-core";
import { describe, expect, it } from "vitest";
import { keyGroups, placesIn, queryGroups } from "../../trainer/moco/groups";
import { infoNce, type Negatives } from "../../trainer/moco/info-nce";
import { momentumUpdate } from "../../trainer/moco/momentum";
import { KeyQueue } from "../../trainer/moco/queue";
import { Random } from "../../trainer/random";
import { useNativeBackend } from "./native-backend";

useNativeBackend();

const valueOf = (q: Tensor2D, k: Tensor2D, negatives: Negatives, T: number) =>
  infoNce(q, k, negatives, T).loss.dataSync()[0] as number;

describe("InfoNCE", () => {
  // Queries along the axes; q₁·k₁ = 0.6, q₂·k₂ = 1; queue similarities (0, 1) and (1, 0).
  const q = () => tensor2d([1, 0, 0, 1], [2, 2]);
  const k = () => tensor2d([0.6, 0.8, 0, 1], [2, 2]);
  const queue = () => tensor2d([0, 1, 1, 0], [2, 2]);

  it("is the mean of the two queries' cross-entropies", () => {
    const T = 0.5;
    // −log(e^1.2 / (e^1.2 + e^0 + e^2)) and −log(e^2 / (e^2 + e^2 + e^0))
    const first = -Math.log(3.320117 / (3.320117 + 1 + 7.389056));
    const second = -Math.log(7.389056 / (7.389056 + 7.389056 + 1));
    expect(valueOf(q(), k(), { queue: queue() }, T)).toBeCloseTo((first + second) / 2, 5);
  });

  it("counts the pseudo-fake as one more negative", () => {
    // q·b = 0.8 and 0.6, so e^1.6 = 4.953032 and e^1.2 = 3.320117 join the sums.
    const blended = tensor2d([0.8, 0.6, 0.8, 0.6], [2, 2]);
    const first = -Math.log(3.320117 / (3.320117 + 1 + 7.389056 + 4.953032));
    const second = -Math.log(7.389056 / (7.389056 + 7.389056 + 1 + 3.320117));
    expect(valueOf(q(), k(), { queue: queue(), blended }, 0.5)).toBeCloseTo(
      (first + second) / 2,
      5,
    );
  });

  it("leaves excluded keys out entirely", () => {
    // Only the first query's second key (similarity 1) is excluded.
    const excluded = tensor2d([0, 1, 0, 0], [2, 2]);
    const first = -Math.log(3.320117 / (3.320117 + 1));
    const second = -Math.log(7.389056 / (7.389056 + 7.389056 + 1));
    expect(valueOf(q(), k(), { queue: queue(), excluded }, 0.5)).toBeCloseTo(
      (first + second) / 2,
      5,
    );
  });

  it("is log(1 + K) where nothing is told apart, at any temperature", () => {
    const same = tensor2d(new Float32Array(12).fill(1 / Math.sqrt(3)), [4, 3]);
    const keys = tensor2d(new Float32Array(21).fill(1 / Math.sqrt(3)), [7, 3]);
    expect(valueOf(same, same, { queue: keys }, 0.07)).toBeCloseTo(Math.log(8), 5);
  });

  it("has the gradient that finite differences give", () => {
    const random = new Random(5);
    const draw = (rows: number, d: number) =>
      tensor2d(
        Float32Array.from({ length: rows * d }, () => random.normal()),
        [rows, d],
      );
    const n = 3;
    const d = 4;
    const keys = draw(n, d);
    const negatives = {
      queue: draw(6, d),
      blended: draw(n, d),
      excluded: tensor2d(
        Float32Array.from({ length: n * 6 }, (_, i) => (i % 5 === 0 ? 1 : 0)),
        [n, 6],
      ),
    };
    const at = draw(n, d);
    const values = at.dataSync();
    const analytic = grad((x) => infoNce(x as Tensor2D, keys, negatives, 0.7).loss)(at).dataSync();
    const step = 1e-2;
    for (let i = 0; i < n * d; i++) {
      const shifted = (by: number) =>
        valueOf(
          tensor2d(
            values.map((value, j) => (j === i ? value + by : value)),
            [n, d],
          ),
          keys,
          negatives,
          0.7,
        );
      expect(analytic[i]).toBeCloseTo((shifted(step) - shifted(-step)) / (2 * step), 2);
    }
  });
});

describe("the queue", () => {
  it("replaces the oldest keys, around the end", () => {
    const start = {
      keys: Float32Array.of(1, 1, 2, 2, 3, 3),
      owners: Float32Array.of(-1, -1, -1),
      pointer: 0,
    };
    const queue = new KeyQueue(start, 2);
    queue.enqueue(Float32Array.of(4, 4, 5, 5), [7, 8]);
    expect([...queue.state().keys]).toEqual([4, 4, 5, 5, 3, 3]);
    expect(queue.state().pointer).toBe(2);
    queue.enqueue(Float32Array.of(6, 6, 9, 9), [9, 7]);
    expect(queue.state()).toEqual({
      keys: Float32Array.of(9, 9, 5, 5, 6, 6),
      owners: Float32Array.of(7, 8, 9),
      pointer: 1,
    });
    expect([...queue.ownedBy([8, 7]).dataSync()]).toEqual([0, 1, 0, 1, 0, 0]);
  });

  it("goes on from its saved state as if it had not stopped", () => {
    const d = 3;
    const whole = new KeyQueue(KeyQueue.start(5, d, 1), d);
    const keys = (i: number) => Float32Array.from({ length: 2 * d }, (_, j) => i + j / 10);
    for (let i = 0; i < 4; i++) whole.enqueue(keys(i), [i, i]);
    const first = new KeyQueue(KeyQueue.start(5, d, 1), d);
    for (let i = 0; i < 2; i++) first.enqueue(keys(i), [i, i]);
    const second = new KeyQueue(first.state(), d);
    for (let i = 2; i < 4; i++) second.enqueue(keys(i), [i, i]);
    expect(second.state()).toEqual(whole.state());
  });

  it("starts with K unit vectors that belong to nobody", () => {
    const { keys, owners } = KeyQueue.start(4, 8, 3);
    for (let row = 0; row < 4; row++)
      expect(Math.hypot(...keys.subarray(row * 8, row * 8 + 8))).toBeCloseTo(1, 5);
    expect([...owners]).toEqual([-1, -1, -1, -1]);
    expect(
      Math.max(...new KeyQueue({ keys, owners, pointer: 0 }, 8).ownedBy([0, 1]).dataSync()),
    ).toBe(0);
  });

  it("refuses keys of another length", () => {
    const queue = new KeyQueue(KeyQueue.start(4, 8, 3), 8);
    expect(() => queue.enqueue(new Float32Array(7), [0])).toThrow(RangeError);
  });
});

it("moves the key encoder by m θₖ + (1 − m) θ_q", () => {
  const key = tensor1d([1, -2, 0]);
  const query = tensor1d([2, 2, 10]);
  const once = momentumUpdate(key, query, 0.75);
  expect([...once.dataSync()]).toEqual([1.25, -1, 2.5]);
  expect([...momentumUpdate(once, query, 0.75).dataSync()]).toEqual([1.4375, -0.25, 4.375]);
  expect([...key.dataSync()]).toEqual([1, -2, 0]);
});

describe("split groups", () => {
  it("deals every group of keys an equal share of every group of queries", () => {
    const n = 32;
    const G = 4;
    const queries = queryGroups(n, G);
    const keys = keyGroups(n, G, new Random(3));
    expect(keys.flat().sort((a, b) => a - b)).toEqual(queries.flat());
    for (const group of keys)
      for (const asked of queries)
        expect(group.filter((picture) => asked.includes(picture))).toHaveLength(n / G / G);
  });

  it("deals differently at every step", () => {
    expect(keyGroups(16, 2, Random.at(1, 0))).not.toEqual(keyGroups(16, 2, Random.at(1, 1)));
  });

  it("says which batch cannot be dealt evenly", () => {
    expect(() => queryGroups(12, 4)).toThrow("a batch of 12 cannot be dealt evenly");
  });

  it("finds every picture's place again", () => {
    const groups = [
      [2, 0],
      [3, 1],
    ];
    expect([...placesIn(groups)]).toEqual([1, 3, 0, 2]);
  });
});

import { expect, test } from "vitest";
import { isMine, machineOf, parseShard } from "../../trainer/shards/assignment";

const keys = Array.from({ length: 800 }, (_, i) => `FaceForensics++/c23/${i}.mp4`);

test.each([1, 2, 7, 64])("gives every key to exactly one of %i machines, about evenly", (count) => {
  const taken = Array.from({ length: count }, (_, index) =>
    keys.filter((key) => isMine(key, { index, count })),
  );
  expect(taken.flat().sort()).toEqual([...keys].sort());
  for (const { length } of taken) {
    expect(Math.abs(length - keys.length / count)).toBeLessThan(5 * Math.sqrt(keys.length / count));
  }
});

test("stays the same from version to version, or half-done work would be done twice", () => {
  // int.from_bytes(hashlib.sha256(key).digest()[:6], "big") % 1000 in Python.
  expect(["a", "b", "c", "071_054.mp4"].map((key) => machineOf(key, 1000))).toEqual([
    699, 433, 152, 982,
  ]);
});

test("reads i/n, counted from 0", () => {
  expect(parseShard("0/8")).toEqual({ index: 0, count: 8 });
  expect(parseShard("7/8")).toEqual({ index: 7, count: 8 });
  for (const text of ["8/8", "-1/8", "1", "1/0", "a/b", "0.5/2", "", "0/8 "]) {
    expect(() => parseShard(text)).toThrow(/expected i\/n with i from 0/);
  }
});

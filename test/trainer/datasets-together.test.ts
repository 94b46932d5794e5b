// From folders to splits: what readers, groups and splits promise only together.
import { expect, test } from "vitest";
import { layoutOf } from "../../trainer/datasets/layouts/layouts";
import type { SourceRecord } from "../../trainer/datasets/layouts/record";
import { assignGroups } from "../../trainer/datasets/splits/groups";
import { splitPeople } from "../../trainer/datasets/splits/people";
import { crossingGroups, resolveSplits } from "../../trainer/datasets/splits/splits";
import { empty, readAll, tree } from "./datasets-tree";

const shares = { val: 0.15, test: 0.15 };

async function recordsOf(files: Record<string, unknown>): Promise<SourceRecord[]> {
  const root = await tree(files);
  return (await readAll(await layoutOf(root), root)).records;
}

const ffpp = {
  "splits/train.json": [["071", "054"]],
  "splits/test.json": [["953", "974"]],
  ...empty(
    ...["071", "054", "953", "974"].map((id) => `original_sequences/youtube/c23/videos/${id}.mp4`),
    ...["071_054", "054_071", "953_974", "974_953"].flatMap((pair) => [
      `manipulated_sequences/Deepfakes/c23/videos/${pair}.mp4`,
      `manipulated_sequences/FaceSwap/c40/videos/${pair}.mp4`,
    ]),
  ),
};

test("an official split of FaceForensics++ tears no group apart", async () => {
  const result = resolveSplits(assignGroups(await recordsOf(ffpp)), { seed: 1, shares });
  expect(result.torn).toEqual([]);
  expect(result.setAside).toEqual([]);
  expect(new Set(result.records.map(({ group, split }) => `${group} ${split}`))).toEqual(
    new Set(["ffpp:054 train", "ffpp:953 test"]),
  );
});

test("sets built from the same footage are kept apart together", async () => {
  const both = [
    ...(await recordsOf(ffpp)),
    ...(await recordsOf({
      "lists/splits/train.txt": "953_M101.mp4\n000_M101.mp4\n",
      ...empty(
        "manipulated_videos/end_to_end/953_M101.mp4",
        "manipulated_videos/end_to_end/000_M101.mp4",
      ),
    })),
  ];
  const result = resolveSplits(assignGroups(both), { seed: 1, shares });
  expect(result.torn.map(({ counts }) => counts)).toEqual([{ train: 2, test: 6 }]);
  expect(result.setAside.map(({ file }) => file)).toEqual([
    "manipulated_videos/end_to_end/000_M101.mp4",
    "manipulated_videos/end_to_end/953_M101.mp4",
  ]);
  expect(crossingGroups(result.records)).toEqual([]);
});

const two = (id: number): string => String(id).padStart(2, "0");
const actors = Array.from({ length: 28 }, (_, i) => i + 1);
const dfd = empty(
  ...actors.map((id) => `original_sequences/actors/c23/videos/${two(id)}__kitchen_pan.mp4`),
  ...actors.flatMap((target) =>
    actors
      .filter((source) => source !== target)
      .map((source) => {
        const name = `${two(target)}_${two(source)}__kitchen_pan__ABCDEFGH.mp4`;
        return `manipulated_sequences/DeepFakeDetection/c23/videos/${name}`;
      }),
  ),
);

test("where everybody is swapped with everybody, people can be split instead of groups", async () => {
  const records = await recordsOf(dfd);
  const whole = resolveSplits(assignGroups(records), { seed: 1, shares });
  expect(new Set(whole.records.map(({ split }) => split))).toEqual(new Set(["train"]));

  for (let seed = 0; seed < 20; seed++) {
    const { records: kept, setAside } = splitPeople(records, shares, seed);
    expect(kept.length + setAside.length).toBe(records.length);
    expect(crossingGroups(assignGroups(kept))).toEqual([]);
    for (const split of ["train", "val", "test"] as const) {
      const labels = kept.filter((record) => record.split === split).map(({ label }) => label);
      expect(new Set(labels)).toEqual(new Set(["real", "fake"]));
    }
    // 20 of 28 actors: 20 · 19 swaps of 756, and their 20 real videos.
    const training = kept.filter(({ split }) => split === "train");
    expect(training.length).toBeGreaterThan(0.4 * records.length);
  }
});

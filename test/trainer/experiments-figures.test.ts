// From logits to the table: figures, means, spreads and paired differences against values worked out
// by hand.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { figuresOf, heldOutThreshold } from "../../trainer/experiments/figures";
import { reportMarkdown } from "../../trainer/experiments/markdown";
import type { Job, Plan, Step } from "../../trainer/experiments/plan";
import { tableReport } from "../../trainer/experiments/report";
import { readScores, type ScoredPicture, writeScores } from "../../trainer/experiments/scores";
import { pairedDifference, summarise } from "../../trainer/experiments/spread";
import { stepFolder, writeStepState } from "../../trainer/experiments/step-state";

function picture(
  label: "real" | "fake",
  logit: number,
  rest: Partial<ScoredPicture> = {},
): ScoredPicture {
  const source = label === "real" ? "photos" : "portraits";
  const generator = label === "real" ? "camera" : "gan";
  const file = `${source}/${logit}.jpg`;
  return { file, label, source, generator, group: file, side: "held-out", logit, ...rest };
}

/** Photos below 0, frames about 10: frames are told from photos by what they are. */
const PICTURES = [
  picture("real", -4),
  picture("real", -3),
  picture("real", -2),
  picture("real", -1),
  picture("real", 9, { source: "clips", video: "a", group: "a" }),
  picture("real", 11, { source: "clips", video: "a", group: "a" }),
  picture("fake", -2.5),
  picture("fake", 5),
  picture("fake", 8, { source: "talk", generator: "swap", video: "b", group: "b" }),
  picture("fake", 10, { source: "talk", generator: "swap", video: "b", group: "b" }),
];

describe("figures of a job", () => {
  it("rank fakes of a medium against reals of the same", () => {
    const { generators, auc, generatorMean, ...rest } = figuresOf(PICTURES, 9);
    // −2.5 beats two of four photos, 5 all four; 8 beats no real frame, 10 one of two.
    expect(generators.gan).toEqual({
      pictures: 2,
      groups: 2,
      sameMedium: (0.5 + 1) / 2,
      allReals: (2 / 6 + 4 / 6) / 2,
      found: 0,
    });
    expect(generators.swap).toEqual({
      pictures: 2,
      groups: 1,
      sameMedium: (0 + 0.5) / 2,
      allReals: (4 / 6 + 5 / 6) / 2,
      found: 0.5,
    });
    expect(auc).toBeCloseTo((2 + 4 + 4 + 5) / (4 * 6), 12);
    expect(generatorMean).toBe((0.75 + 0.25) / 2);
    expect(rest).toMatchObject({ reals: 6, fakes: 4, found: 0.25, falseAlarms: 2 / 6 });
    expect(rest.falseAlarmsBySource).toEqual({ photos: 0, clips: 1 });
    expect(rest.sources.talk).toEqual(generators.swap);
  });

  it("weigh the media of a generator by its fakes, and leave out a medium without reals", () => {
    const mixed = [
      picture("real", 0),
      picture("fake", 1),
      picture("fake", -1),
      picture("fake", 2),
      picture("fake", 3, { video: "v" }),
    ];
    expect(figuresOf(mixed, 0).generators.gan?.sameMedium).toBeCloseTo(2 / 3, 12);
    const onlyFrames = [picture("real", 0), picture("fake", 3, { video: "v" })];
    const figures = figuresOf(onlyFrames, 0);
    expect(figures.generators.gan?.sameMedium).toBeNaN();
    expect(figures.generatorMean).toBeNaN();
    expect(figures.auc).toBe(1);
  });

  it("take their threshold from held-out reals alone", () => {
    const reals = Array.from({ length: 40 }, (_, i) => picture("real", i));
    const others = [picture("fake", 1000), picture("real", 2000, { side: "left-out" })];
    // 5 % of 40 are two: 38 and 39.
    expect(heldOutThreshold([...reals, ...others])).toBe(37.5);
    expect(() => heldOutThreshold(others)).toThrow("no real scores");
  });
});

describe("figures over seeds", () => {
  it("have the mean and the sample's standard deviation", () => {
    expect(summarise([0.7, 0.8, 0.9])).toEqual({
      mean: expect.closeTo(0.8, 12),
      sd: expect.closeTo(0.1, 12),
      n: 3,
    });
    expect(summarise([0.7, Number.NaN])).toEqual({ mean: 0.7, sd: Number.NaN, n: 1 });
    expect(summarise([])).toEqual({ mean: Number.NaN, sd: Number.NaN, n: 0 });
  });

  it("are compared seed by seed: what is hard for both cancels", () => {
    const first = new Map([
      [1, 0.62],
      [2, 0.91],
      [3, 0.7],
      [4, 0.99],
    ]);
    const second = new Map([
      [1, 0.6],
      [2, 0.87],
      [3, 0.73],
      [5, 0.1],
    ]);
    // 0.02, 0.04, −0.03.
    const { mean, sd, n, better } = pairedDifference(first, second);
    expect(mean).toBeCloseTo(0.01, 12);
    expect(sd).toBeCloseTo(Math.sqrt((0.01 ** 2 + 0.03 ** 2 + 0.04 ** 2) / 2), 12);
    expect([n, better]).toEqual([3, 2]);
  });
});

let table = "";
beforeEach(async () => {
  table = await mkdtemp(join(tmpdir(), "unmask-table-"));
});
afterEach(() => rm(table, { recursive: true, force: true }));

async function finish(id: string, pictures: ScoredPicture[]): Promise<void> {
  const settings = {} as Extract<Step, { kind: "score" }>["settings"];
  const step: Step = {
    id,
    kind: "score",
    title: id,
    needs: [],
    of: "",
    split: null,
    settings,
    cost: 1,
  };
  await mkdir(stepFolder(table, id), { recursive: true });
  await writeScores(stepFolder(table, id), pictures);
  await writeStepState(table, step, { title: id, isDone: true, wallSeconds: 1, cpuSeconds: 1 });
}

function job(arm: string, seed: number, leftOut: Job["leftOut"] = null): Job {
  const score = `score-${arm}-${seed}${leftOut ? `-${leftOut.value}` : ""}`;
  const final = leftOut ? null : `final-${arm}-${seed}`;
  return { name: score, arm, fraction: 0.1, seed, leftOut, score, final };
}

/** Two reals at 0 and 1 and as many fakes as are given: each AUC is a matter of counting. */
const scored = (fakes: number[], side = "held-out") => [
  picture("real", 0, { side }),
  picture("real", 1, { side }),
  ...fakes.map((logit) => picture("fake", logit, { side })),
];

describe("the table", () => {
  const jobs = [
    job("student-alone", 1),
    job("full", 1),
    job("student-alone", 2),
    job("full", 2),
    job("full", 1, { by: "generator", value: "gan" }),
    job("full", 2, { by: "generator", value: "gan" }),
  ];
  const plan: Plan = { steps: [], jobs, omitted: ["one that nobody can measure"] };

  beforeEach(async () => {
    await finish("score-student-alone-1", scored([0.5])); // 0.5
    await finish("score-full-1", scored([2])); // 1
    await finish("score-student-alone-2", scored([-1])); // 0
    await finish("score-full-1-gan", [
      ...scored([9]),
      picture("fake", 0.5, { side: "left-out", file: "a" }),
      picture("fake", 2, { side: "left-out", file: "b" }),
    ]); // 0.5 and 1
    // 1.5 is the threshold that none of the two held-out reals reaches.
    await finish(
      "final-full-1",
      scored([0.5, 2, 3, 4], "val").concat(picture("real", 7, { side: "val" })),
    );
  });

  it("has means over the seeds that are done, and names those that are not", async () => {
    const report = await tableReport(plan, table, "val");
    const [alone, full] = report.heldOut.arms;
    expect(alone).toMatchObject({ arm: "student-alone", seeds: 2, fraction: 0.1 });
    expect(alone?.auc).toEqual({ mean: 0.25, sd: expect.closeTo(Math.sqrt(0.125), 12), n: 2 });
    expect(full?.auc).toEqual({ mean: 1, sd: Number.NaN, n: 1 });
    expect(full?.generators.gan?.mean).toBe(1);
    expect(report.heldOut.contrasts).toHaveLength(1);
    expect(report.heldOut.contrasts[0]).toMatchObject({
      arm: "full",
      against: "student-alone",
      auc: { mean: 0.5, n: 1, better: 1 },
    });
    expect(report.missing).toEqual([
      "score-student-alone-1",
      "score-student-alone-2",
      "score-full-2",
      "score-full-2-gan",
    ]);
  });

  it("takes the final split's threshold from the held-out groups", async () => {
    const { final } = await tableReport(plan, table, "val");
    const full = final?.arms[1];
    // 0.5 beats one real of three, the others two.
    expect(full?.auc.mean).toBeCloseTo((1 + 2 + 2 + 2) / 12, 12);
    expect(full?.found.mean).toBe(0.75);
    expect(full?.falseAlarms.mean).toBeCloseTo(1 / 3, 12);
    expect(final?.arms[0]?.auc.n).toBe(0);
    // Asked for a table without it, nothing of it is shown.
    const held = { ...plan, jobs: jobs.map((one) => ({ ...one, final: null })) };
    const without = await tableReport(held, table, null);
    expect(without.final).toBeNull();
    expect(reportMarkdown(without)).not.toContain("val");
  });

  it("sets what was never seen against what the same arm reaches when trained on it", async () => {
    const { leftOut } = await tableReport(plan, table, null);
    expect(leftOut).toHaveLength(1);
    expect(leftOut[0]).toMatchObject({
      value: "gan",
      pictures: 2,
      groups: 2,
      seeds: 2,
      sameMedium: { mean: 0.75, n: 1 },
      whenTrainedOn: { mean: 1, n: 1 },
      difference: { mean: -0.25, n: 1, better: 0 },
      falseAlarms: { n: 0 },
    });
  });

  it("says in Markdown how many seeds a figure has, and what is missing", async () => {
    const text = reportMarkdown(await tableReport(plan, table, "val"));
    expect(text).toContain("| `student-alone` | student, labels only | 10 % | 0.250 ± 0.354 |");
    expect(text).toMatch(/\| `full` \|.*\| 1\.000 \|.*\| 1 of 2 \|/);
    expect(text).toContain("| `full` | `student-alone` | 10 % | +0.500 (1 of 1) |");
    expect(text).toContain("−0.250 (0 of 1)");
    expect(text).toContain("### Missing\n\n- score-student-alone-1\n");
    expect(text).toContain("- one that nobody can measure");
    expect(text).not.toContain("NaN");
  });

  it("says what there is to say of a table that has not begun", async () => {
    const empty = await tableReport(plan, join(table, "elsewhere"), null);
    expect(empty.missing).toHaveLength(6);
    expect(reportMarkdown(empty)).not.toContain("NaN");
  });

  it("names the file and the line of logits that cannot be read", async () => {
    const path = join(stepFolder(table, "score-full-1"), "logits.jsonl");
    await writeFile(path, `${JSON.stringify(picture("real", 1))}\n{"file":"x"}\n`);
    await expect(readScores(stepFolder(table, "score-full-1"))).rejects.toThrow(
      /logits\.jsonl, line 2/,
    );
  });
});

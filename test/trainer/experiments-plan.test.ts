// The plan of a table: complete, deterministic, every shared step once, everything that shapes a
// result in its name.
import { describe, expect, it } from "vitest";
import { type Overrides, readConfig } from "../../trainer/config/read";
import type { FaceRow } from "../../trainer/datasets/manifest";
import { canonicalJson } from "../../trainer/digest";
import { studentOfSize } from "../../trainer/distillation/family";
import { ARMS } from "../../trainer/experiments/arms";
import { distilCost, multiplyAdds, pretrainCost, teachCost } from "../../trainer/experiments/cost";
import {
  type Job,
  type Plan,
  planTable,
  type Step,
  stepsOf,
  type TableRequest,
} from "../../trainer/experiments/plan";
import { SCALES } from "../../trainer/experiments/scales";
import { jobsNamed, jobsOf } from "../../trainer/experiments/work";

/** Reals of two sources; a source of one generator, and one with two, one of them found elsewhere. */
function manifest(): FaceRow[] {
  const rows: FaceRow[] = [];
  const add = (label: FaceRow["label"], source: string, generator: string, count: number) => {
    for (let i = 0; i < count; i++)
      rows.push({
        file: `${source}/${generator}/${i}.jpg`,
        label,
        split: label === "unlabelled" ? "unlabelled" : "train",
        source,
        generator,
        group: `${source}:${generator}:${i}`,
        box: [0, 0, 10, 10],
      });
  };
  add("real", "photos", "camera", 20);
  add("real", "clips", "camera", 8);
  add("fake", "clips", "swapper", 8);
  add("fake", "portraits", "gan", 20);
  add("fake", "mixed", "gan", 8);
  add("fake", "mixed", "diffusion", 8);
  add("fake", "dolls", "doll", 8);
  add("unlabelled", "wild", "unknown", 10);
  rows.push({ ...(rows[0] as FaceRow), file: "val.jpg", split: "val", group: "somebody" });
  return rows;
}

const REQUEST: TableRequest = {
  arms: ARMS.map(({ name }) => name),
  fractions: [0.1, 1],
  seeds: [1, 2, 3],
  leaveOut: [],
  leaveOutArm: "full",
  finalSplit: null,
};

async function plan(
  request: Partial<TableRequest> = {},
  overrides: Overrides = {},
  rows = manifest(),
): Promise<Plan> {
  return planTable({ ...REQUEST, ...request }, await readConfig(undefined, overrides), rows);
}

function titles({ steps }: Plan, kind: Step["kind"]): string[] {
  return steps.filter((step) => step.kind === kind).map(({ title }) => title);
}

function stepOf(of: Plan, id: string): Step {
  return of.steps.find((step) => step.id === id) as Step;
}

describe("a plan", () => {
  it("has every arm, fraction and seed once, and each step after those it needs", async () => {
    const { jobs, steps } = await plan();
    const names = jobs.map(({ name }) => name);
    expect(new Set(names).size).toBe(7 * 2 * 3);
    expect(names).toHaveLength(7 * 2 * 3);
    expect(names[0]).toBe("student-alone, 10 % of labels, seed 1");
    const before = new Set<string>();
    for (const { id, needs } of steps) {
      for (const need of needs) expect(before).toContain(need);
      expect(before).not.toContain(id);
      before.add(id);
    }
    for (const { score } of jobs) expect(before).toContain(score);
  });

  it("shares what is the same: one encoder a seed and network, one teacher a start and fraction", async () => {
    const whole = await plan();
    expect(titles(whole, "pretrain")).toHaveLength(3 * 2);
    expect(titles(whole, "teach")).toHaveLength(3 * 2 * 4);
    expect(titles(whole, "distil")).toHaveLength(3 * 2 * 3);
    expect(titles(whole, "score")).toHaveLength(3 * 2 * 7);
    const chain = (name: string) => {
      const job = whole.jobs.find((one) => one.name === `${name}, 10 % of labels, seed 2`) as Job;
      return stepsOf(whole, [job]).filter(({ kind }) => kind !== "score");
    };
    const kinds = (name: string) => chain(name).map(({ kind }) => kind);
    expect(kinds("student-alone")).toEqual(["teach"]);
    expect(kinds("+pretraining")).toEqual(["pretrain", "teach"]);
    expect(kinds("+distillation")).toEqual(["teach", "distil"]);
    expect(kinds("full")).toEqual(["pretrain", "teach", "distil"]);
    expect(chain("without-unlabelled").slice(0, 2)).toEqual(chain("full").slice(0, 2));
    expect(chain("without-unlabelled")[2]).not.toEqual(chain("full")[2]);
    expect(chain("teacher")).toEqual(chain("full").slice(0, 2));
  });

  it("is the same every time, and whatever order the configuration was written in", async () => {
    expect(await plan()).toEqual(await plan());
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: 0 })).toBe('{"a":0,"b":[{"c":2,"d":1}]}');
  });

  it("names an arm once, also under the name of the ablation that it is", async () => {
    const arms = ["without-distillation", "+pretraining", "without-pretraining"];
    const { jobs } = await plan({ arms, fractions: [1], seeds: [1] });
    expect(jobs.map(({ arm }) => arm)).toEqual(["+pretraining", "+distillation"]);
    await expect(plan({ arms: ["ful"] })).rejects.toThrow('no arm is called "ful"; there are');
  });

  it("gives arms of one seed the same split, and a student as many steps with a teacher as without", async () => {
    const whole = await plan({ seeds: [3], fractions: [0.1] }, { "distil.steps": 77 });
    const settings = (name: string) => {
      const job = whole.jobs.find(({ arm }) => arm === name) as Job;
      const last = stepsOf(whole, [job]).at(-2) as Exclude<Step, { kind: "score" }>;
      const { steps, seed, heldOutShare, leaveOut, architecture } = last.settings;
      return { steps, seed, heldOutShare, leaveOut, architecture: architecture.name };
    };
    for (const name of ["+pretraining", "+distillation", "full", "without-unlabelled"])
      expect(settings(name)).toEqual(settings("student-alone"));
    expect(settings("full")).toMatchObject({ steps: 77, seed: 3 });
  });

  it("tells steps apart by what shapes them, and not by how they are done", async () => {
    const ids = async (overrides: Overrides, rows?: FaceRow[]) =>
      new Set((await plan({ seeds: [1] }, overrides, rows)).steps.map(({ id }) => id));
    const base = await ids({});
    expect(await ids({ workers: 4, "teach.checkpointEvery": 7 })).toEqual(base);
    expect(await ids({ "data.cropMargin": 1.4 })).not.toContain([...base][0]);
    const fewer = manifest().slice(1);
    for (const id of await ids({}, fewer)) expect(base).not.toContain(id);
    const meshed = (x: number) => {
      const [first, ...others] = manifest() as [FaceRow, ...FaceRow[]];
      const landmarks = new Float32Array(new SharedArrayBuffer(8)).fill(x);
      return ids({}, [{ ...first, landmarks }, ...others]);
    };
    expect(await meshed(1)).toEqual(await meshed(1));
    expect(await meshed(1)).not.toEqual(await meshed(2));
    // What changes a late stage leaves the early ones alone.
    const late = await ids({ "distil.peakRate": 1e-4 });
    const shared = [...base].filter((id) => late.has(id)).map((id) => id.split("-")[0]);
    expect(new Set(shared)).toEqual(new Set(["pretrain", "teach", "score"]));
    expect(late).not.toEqual(base);
  });

  it("measures a final split only where it is asked for", async () => {
    const { steps } = await plan({ seeds: [1] });
    expect(steps.filter((step) => step.kind === "score" && step.split !== null)).toEqual([]);
    const final = await plan({ seeds: [1], finalSplit: "val" });
    for (const { score, final: id } of final.jobs) {
      const scored = stepOf(final, id as string);
      expect(scored).toMatchObject({ split: "val", needs: stepOf(final, score).needs });
    }
    // The steps before are the same: nothing is trained again.
    expect(final.steps.filter(({ id }) => steps.some((step) => step.id === id))).toHaveLength(
      steps.length,
    );
    await expect(plan({ finalSplit: "test" })).rejects.toThrow('no labelled split "test"');
  });

  it("refuses to fit what it is measured on", async () => {
    await expect(plan({}, { "data.splits": ["train", "val"] })).rejects.toThrow(
      "a table compares what is fitted on train alone",
    );
  });

  it("refuses a table whose arms would start from different weights", async () => {
    const overrides = {
      "network.student": "tiny",
      "distil.initial": "random",
      "supervise.initial": "random",
    };
    await expect(plan({}, overrides)).rejects.toThrow("need one start");
  });

  it("lets students start as a cut of the teacher that their arm has", async () => {
    const { steps } = await plan({ seeds: [1] }, { "distil.initial": "teacher" });
    const starts = (kind: Step["kind"]) =>
      new Set(steps.flatMap((step) => (step.kind === kind && "start" in step ? [step.start] : [])));
    expect(starts("distil")).toEqual(new Set(["teacher"]));
    expect(starts("teach")).toEqual(new Set(["imagenet"]));
  });

  it.each(Object.keys(SCALES))("takes the scale %s", async (scale) => {
    const { jobs } = await plan({}, SCALES[scale]);
    expect(jobs).toHaveLength(42);
  });
});

describe("leaving one out", () => {
  const leaveOut = (by: TableRequest["leaveOut"]) =>
    plan({ arms: ["full"], seeds: [1], leaveOut: by, leaveOutArm: "student-alone" });
  const left = ({ jobs }: Plan) => jobs.filter((job) => job.leftOut);

  it("trains the chosen arm once without every generator, and every source that has fakes", async () => {
    const of = await leaveOut(["generator", "source"]);
    expect(left(of).map(({ leftOut }) => `${leftOut?.by} ${leftOut?.value}`)).toEqual([
      "generator diffusion",
      "generator doll",
      "generator gan",
      "generator swapper",
      "source clips",
      "source dolls",
      "source mixed",
      "source portraits",
    ]);
    for (const { arm, fraction } of left(of)) expect([arm, fraction]).toEqual(["student-alone", 1]);
    const trained = (job: Job) => stepsOf(of, [job]).find(({ kind }) => kind === "teach") as Step;
    const byValue = (by: string, value: string) =>
      trained(left(of).find(({ leftOut }) => leftOut?.by === by && leftOut.value === value) as Job);
    expect(byValue("generator", "gan").settings.leaveOut).toEqual({
      generators: ["gan"],
      sources: [],
    });
    // Two names of the same rows are one step; a source with reals of its own, or with a generator
    // that is found elsewhere, is another than its generators.
    expect(byValue("source", "dolls")).toBe(byValue("generator", "doll"));
    expect(byValue("source", "clips").settings.leaveOut?.sources).toEqual(["clips"]);
    expect(byValue("source", "mixed").settings.leaveOut?.sources).toEqual(["mixed"]);
  });

  it("omits, with the reason, what would leave nothing to measure", async () => {
    const [real] = manifest() as [FaceRow];
    const actor = { ...real, source: "studio", group: "the one actor" };
    const rows: FaceRow[] = [
      ...manifest(),
      { ...actor, file: "actor.jpg" },
      { ...actor, file: "swapped.jpg", label: "fake", generator: "face-off" },
    ];
    const request = { arms: ["full"], seeds: [1], leaveOut: ["generator", "source"] as const };
    const of = await plan(request, {}, rows);
    expect(of.omitted).toEqual([expect.stringContaining("without generator face-off, 100 %")]);
    // Without the whole source nobody in it stays in training.
    expect(left(of).map(({ leftOut }) => leftOut?.value)).toContain("studio");
  });
});

describe("parts of a table", () => {
  it("give every job to one machine, in stretches that share steps", async () => {
    const { jobs } = await plan();
    const parts = [0, 1, 2, 3, 4].map((index) => jobsOf(jobs, { index, count: 5 }));
    expect(parts.flat()).toEqual(jobs);
    for (const one of parts) expect(one.length).toBeGreaterThanOrEqual(8);
    expect(jobsOf(jobs, { index: 99, count: 100 }).length).toBeLessThanOrEqual(1);
  });

  it("are found by a part of their name, or by a pattern", async () => {
    const { jobs } = await plan({ seeds: [1, 2] });
    expect(jobsNamed(jobs, "seed 2")).toHaveLength(14);
    expect(jobsNamed(jobs, "+distil*100 %*")).toHaveLength(2);
    expect(jobsNamed(jobs, "full, 10 % of labels, seed 1")).toHaveLength(1);
    expect(jobsNamed(jobs, "(")).toEqual([]);
  });
});

describe("the cost of a step", () => {
  it("counts multiply-adds layer by layer, against a count by hand", () => {
    const architecture = {
      name: "by-hand",
      inputSize: 8,
      stemChannels: 4,
      blocks: [
        { kernel: 3, stride: 1, expand: 1, inChannels: 4, outChannels: 4 },
        { kernel: 5, stride: 2, expand: 2, inChannels: 4, outChannels: 6 },
      ],
      headChannels: 8,
    } as const;
    const [stem, first, second, head] = [
      16 * 9 * 3 * 4,
      16 * 9 * 4 + 16 * 4 * 4,
      16 * 4 * 8 + 4 * 25 * 8 + 4 * 8 * 6,
      4 * 6 * 8 + 2 * 4 * 8,
    ];
    expect(multiplyAdds(architecture)).toBe(stem + first + second + head);
  });

  it("adds up passes: forward 1, backward 2, frozen networks forward only", async () => {
    const { steps } = await plan({ seeds: [1], fractions: [1] });
    const one = <K extends Step["kind"]>(kind: K) =>
      steps.find((step) => step.kind === kind) as Extract<Step, { kind: K }>;
    const small = studentOfSize("small", 96);
    const macs = multiplyAdds(small);
    const batch = { pairs: 3, labelled: 1, swapShare: 0, generatedShare: 0, videoLike: 0 };
    const teach = { ...one("teach").settings, architecture: small, steps: 10, batch };
    expect(teachCost({ ...teach, probe: { steps: 5, peakRate: 1 } })).toBe(8 * (5 + 30) * macs);
    const pretrain = { ...one("pretrain").settings, architecture: small, steps: 10, n: 4 };
    expect(pretrainCost({ ...pretrain, blended: true })).toBe(10 * 4 * 5 * macs);
    expect(pretrainCost({ ...pretrain, blended: false })).toBe(10 * 4 * 4 * macs);
    const lesson = { faces: 6, blends: 2, swapShare: 0, videoLike: 0 };
    const distil = { ...one("distil").settings, architecture: small, steps: 10, batch: lesson };
    // The teacher looks at the student's pixels, whatever size its own architecture names.
    const teacher = studentOfSize("large", 160);
    const asSeen = multiplyAdds(studentOfSize("large", 96));
    expect(distilCost(distil, teacher)).toBe(10 * 8 * (3 * macs + asSeen));
  });
});

// A whole run on a tiny fixture: it ends in a package that loads, goes on where it was interrupted to
// the same bytes, and leaves alone what is finished.
import { cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { unpackArchive } from "../../model/package/archive";
import { loadStudent, PACKAGE_FILES, verifyPackage } from "../../model/package/student";
import { calibrateCommand } from "../../trainer/commands/calibrate";
import { isPackage, readPackageFiles } from "../../trainer/commands/read-package";
import { type Overrides, readConfig } from "../../trainer/config/read";
import { readManifest } from "../../trainer/datasets/manifest";
import { loadPictures } from "../../trainer/datasets/pictures";
import { networkOf } from "../../trainer/emission/graph-model";
import { unfoldedParameters } from "../../trainer/emission/unfold";
import { auc } from "../../trainer/evaluation/auc";
import { cropAll } from "../../trainer/evaluation/crops";
import { parametersLogits } from "../../trainer/network/frozen";
import type { Parameters } from "../../trainer/network/parameters";
import { runFolders, studentFolder } from "../../trainer/run/folders";
import { type Pipeline, runPipeline } from "../../trainer/run/pipeline";
import { distilStage, superviseStage, teachStage } from "../../trainer/run/stages";
import { average } from "../../trainer/stages/average";
import { evaluate } from "../../trainer/stages/evaluate";
import { recipeOf } from "../../trainer/stages/recipe";
import { readTrainedStudent } from "../../trainer/stages/trained-student";
import { useNativeBackend } from "./native-backend";
import { stripedData } from "./striped-data";

useNativeBackend();

const FILE = new URL("../fixtures/tiny-run.yaml", import.meta.url).pathname;

/** Several runs in one test, on a machine that has other things to do. */
const deadlineMs = 300_000;

let data: string;
beforeAll(async () => {
  data = await stripedData({ train: 64, unlabelled: 16, val: 16 });
});
afterAll(() => rm(data, { recursive: true, force: true }));

const runOf = (name: string) => join(data, "runs", name);

interface Watched {
  isDone: boolean;
  /** Steps taken, by the number of steps of their stage. */
  steps: number[];
  messages: string[];
}

/** @param stopAt ends the run after so many steps of all stages. */
async function run(name: string, overrides: Overrides = {}, stopAt?: number): Promise<Watched> {
  const interrupt = new AbortController();
  const watched: Watched = { isDone: false, steps: [], messages: [] };
  const onMessage = (message: string) => watched.messages.push(message);
  const pipeline: Pipeline = {
    config: await readConfig(FILE, { "data.folder": data, run: runOf(name), ...overrides }),
    date: "2026-01-01",
    signal: interrupt.signal,
    watch: () => ({
      onStep: (step) => {
        if (watched.steps.push(step) === stopAt) interrupt.abort();
      },
      onMessage,
      stop: () => {},
    }),
    onMessage,
    onPictures: () => {},
    onUnit: () => {},
  };
  watched.isDone = await runPipeline(pipeline);
  return watched;
}

const packageFile = (name: string, file: string) => readFile(join(runOf(name), "package", file));

describe("a run", () => {
  it("ends in a package that loads, has learnt, and says how", async () => {
    const { isDone, messages } = await run("whole");
    expect(isDone).toBe(true);
    expect(messages.at(-1)).toContain(join(runOf("whole"), "package"));

    const files = unpackArchive(await readFile(join(runOf("whole"), "package.unmask")));
    for (const file of PACKAGE_FILES)
      expect(Buffer.from(files.get(file) as Uint8Array)).toEqual(await packageFile("whole", file));
    const student = await loadStudent(files);
    const { card } = student;
    const val = (await readManifest(data)).filter(({ split }) => split === "val");
    const pool = await loadPictures(data, val);
    const { logits } = await student.predict(cropAll(pool, card.cropMargin, card.inputSize));
    student.dispose();
    const side = (label: string) => logits.filter((_, i) => pool.pictures[i]?.row.label === label);
    expect(auc(side("real"), side("fake"))).toBeGreaterThan(0.9);

    expect(card.status).toBe("trained");
    expect(card.training.recipe).toMatch(
      /momentum contrast \(K 32, m 0.99, T 0.2\).* 6 steps of 8/,
    );
    expect(card.training.recipe).toMatch(/probe of 4 steps.*The student: distilled from random/);
    expect(card.training.sources).toEqual([
      { source: "striped", label: "fake", pictures: 24 },
      { source: "plain", label: "real", pictures: 24 },
    ]);
    expect(card.metrics.map(({ split }) => split)).toContain("val");
    expect(await readdir(join(runOf("whole"), "evaluation"))).toContain("report.md");
    for (const stage of ["pretrain", "teacher", "student"])
      expect((await readdir(join(runOf("whole"), stage))).join()).toContain("events.out.tfevents");
  });

  it("trains nothing the second time, and packs again only what has changed", async () => {
    const before = await packageFile("whole", "card.json");
    const again = await run("whole");
    expect(again).toMatchObject({ isDone: true, steps: [] });
    expect(again.messages.join("\n")).not.toContain("quantise");
    expect(await packageFile("whole", "card.json")).toEqual(before);
    const renamed = await run("whole", { "calibrate.name": "other" });
    expect(renamed.steps).toEqual([]);
    expect(JSON.parse((await packageFile("whole", "card.json")).toString()).name).toBe("other");
  });

  // Pretraining has 6 steps, the probe 4, fine-tuning 40.
  it(
    "ends in the same bytes when it was interrupted in each of its stages",
    async () => {
      for (const stopAt of [4, 4, 20, 44]) {
        const part = await run("parts", {}, stopAt);
        expect(part.isDone).toBe(false);
        expect(part.steps).toHaveLength(stopAt);
      }
      const rest = await run("parts");
      expect(rest.isDone).toBe(true);
      expect(rest.steps.length).toBe(6 + 4 + 40 + 40 - 4 - 4 - 20 - 44);
      for (const file of ["model.json", "weights.bin"])
        expect(await packageFile("parts", file)).toEqual(await packageFile("whole", file));
    },
    deadlineMs,
  );

  it("refuses a folder whose run had other settings, and says what to do", async () => {
    await expect(run("whole", { "pretrain.T": 0.1 })).rejects.toThrow("choose another --run");
    await expect(run("whole", { "network.teacher": { blocks: 2 } })).rejects.toThrow();
  });
});

it(
  "refits a measured recipe on what it was measured on, and shows whose figures it carries",
  async () => {
    const { isDone, messages } = await run("refit", { "data.splits": ["train", "val"] });
    expect(isDone).toBe(true);
    expect(messages.join("\n")).toContain('"val" was fitted, so nothing is measured there');
    const out = join(runOf("refit"), "refitted");
    const measured = runFolders(runOf("whole")).package;
    const args = ["--config", FILE, "--data", data, "--run", runOf("refit"), "--out", out];
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    const error = vi.spyOn(console, "error").mockImplementation(() => {});
    await calibrateCommand()
      .parseAsync([...args, "--figures-of", measured], { from: "user" })
      .finally(() => {
        log.mockRestore();
        error.mockRestore();
      });

    const files = await readPackageFiles(out);
    const { training, metrics } = await verifyPackage(files);
    expect(training.splits).toEqual(["train", "val"]);
    expect(training.sources.map(({ pictures }) => pictures)).toEqual([30, 30]);
    const [own, ...others] = metrics;
    expect(own).toMatchObject({ split: "train and val, held-out groups" });
    expect(own?.student).toBeUndefined();
    const {
      metrics: before,
      name,
      version,
    } = await verifyPackage(await readPackageFiles(measured));
    expect(others).toEqual(
      before
        .filter(({ split }) => split === "val")
        .map((figure) => ({ ...figure, student: `${name} ${version}` })),
    );

    const options = { data, split: "val", resamples: 50, seed: 1, robustness: false };
    await expect(evaluate(files, options)).rejects.toThrow('was fitted on "val", so nothing');
    const { settings } = await readTrainedStudent(runFolders(runOf("refit")).student);
    const unfitted = { side: "heldOut" as const, settings };
    const { report } = await evaluate(files, { ...options, unfitted });
    expect(report.split).toBe("train and val, held-out groups");
    expect(report.pictures.real + report.pictures.fake).toBe(20);
  },
  deadlineMs,
);

it(
  "begins with a data set as published where the configuration names one",
  async () => {
    const set = join(data, "set");
    const media = new URL("../fixtures/media/", import.meta.url).pathname;
    for (const [label, names] of Object.entries({
      real: ["astronaut", "portrait", "speech", "blue-room-left", "crowd"],
      fake: ["swap-astronaut", "swap-portrait", "swap-blue-room", "self-blend-speech"],
    })) {
      await mkdir(join(set, label), { recursive: true });
      for (const name of names) await cp(`${media}${name}.jpg`, join(set, label, `${name}.jpg`));
    }
    const { isDone, messages } = await run("published", {
      "data.folder": undefined,
      "prepare.in": set,
      "prepare.faces": "all",
      "prepare.val": 0,
      "prepare.test": 0,
      "teach.steps": 2,
      "distil.steps": 2,
      "quantise.maxAucLoss": 1,
    });
    expect(isDone).toBe(true);
    expect(messages.join("\n")).toMatch(/prepare: \d+ faces; 0 problems/);
    const card = JSON.parse((await packageFile("published", "card.json")).toString());
    expect(card.training.sources.map(({ label }: { label: string }) => label)).toEqual([
      "fake",
      "real",
    ]);
  },
  deadlineMs,
);

describe("a single stage", () => {
  const job = async (name: string, overrides: Overrides = {}) => ({
    config: await readConfig(FILE, overrides),
    data,
    folders: runFolders(runOf(name)),
  });

  it("names the stage before it that is missing or not finished", async () => {
    await expect(teachStage(await job("empty"))).rejects.toThrow(
      `${join(runOf("empty"), "pretrain")} holds no run of \`pretrain\``,
    );
    await expect(distilStage(await job("empty"))).rejects.toThrow("holds no run of");
    await expect(studentFolder(runOf("empty"))).rejects.toThrow("holds no student");
    await run("begun", {}, 3);
    await expect(teachStage(await job("begun"))).rejects.toThrow("step 3 of 6; finish it first");
  });

  it("distils from any trained network, and refuses one that sees other crops", async () => {
    const overrides = { "teach.initial": "random", "distil.steps": 4, "supervise.steps": 2 };
    const messages: string[] = [];
    const onMessage = (message: string) => messages.push(message);
    await superviseStage(await job("alone", overrides));
    const teacher = runFolders(runOf("alone")).supervised;
    expect(
      await distilStage({ ...(await job("alone", overrides)), onMessage }, { teachers: [teacher] }),
    ).toBeTruthy();
    expect(messages.join()).not.toContain("warning");
    await distilStage(
      { ...(await job("other", { ...overrides, seed: 2 })), onMessage },
      { teachers: [teacher] },
    );
    expect(messages.join()).toContain("warning: the run in");
    const wide = await job("wide", { ...overrides, "data.cropMargin": 1.6 });
    await expect(distilStage(wide, { teachers: [teacher] })).rejects.toThrow("crops of margin 1.3");
  });

  it("teaches a student that begins as the first blocks of stage 1's encoder", async () => {
    const overrides = { "supervise.initial": "pretrained", "supervise.steps": 2 };
    await expect(superviseStage(await job("empty", overrides))).rejects.toThrow("holds no run of");
    // The tiny student is the whole of the tiny encoder: outputs begin at zero, there are none to take.
    await superviseStage(await job("whole", overrides));
    const { settings } = await readTrainedStudent(runFolders(runOf("whole")).supervised);
    expect(recipeOf(settings)).toMatch(
      /^Encoder pretrained .*supervised from that encoder, 2 steps/,
    );
    const deeper = await job("whole", { ...overrides, "network.student": { blocks: 3 } });
    await expect(superviseStage(deeper)).rejects.toThrow("is no cut of its teacher");
  });

  it("lets the student of a package go on learning, and says in the card what it was", async () => {
    const teacher = runFolders(runOf("whole")).teacher;
    const student = await readPackageFiles(runFolders(runOf("whole")).package);
    const overrides = { "distil.steps": 2, "distil.freeze": { blocks: 1 } };
    // So low a rate leaves it what it was: the package's own logits, to the quantisation.
    const still = await job("on", { ...overrides, "distil.peakRate": 1e-9 });
    const messages: string[] = [];
    const onMessage = (message: string) => messages.push(message);
    const parameters = (await distilStage(
      { ...still, onMessage },
      { teachers: [teacher], student },
    )) as Parameters;
    expect(messages.join()).toContain("does not say whom its student has seen");
    const { settings } = await readTrainedStudent(runFolders(runOf("on")).student);
    expect(recipeOf(settings)).toMatch(/distilled from \S+ 0\.1\.0 \(Encoder pretrained/);
    const pool = await loadPictures(data, (await readManifest(data)).slice(0, 8));
    const crops = cropAll(pool, settings.cropMargin, settings.architecture.inputSize);
    const loaded = await loadStudent(student);
    const { logits } = await loaded.predict(crops);
    loaded.dispose();
    const again = parametersLogits(settings.architecture, parameters, crops);
    again.forEach((logit, i) => expect(logit).toBeCloseTo(logits[i] as number, 3));

    const taught = { "supervise.steps": 1, "supervise.freeze": { blocks: 1 } };
    await superviseStage(await job("taught", taught), { student });
    const { supervised } = runFolders(runOf("taught"));
    expect(recipeOf((await readTrainedStudent(supervised)).settings)).toMatch(
      /^The student: supervised from \S+ 0\.1\.0 \(Encoder pretrained/,
    );
    // At another input size it is whole all the same.
    await superviseStage(await job("resized", { ...taught, "network.inputSize": 48 }), { student });
    const resized = await readTrainedStudent(runFolders(runOf("resized")).supervised);
    expect(recipeOf(resized.settings)).toMatch(/^The student: supervised from \S+ 0\.1\.0 \(/);
    const thawed = await job("thawed", { "distil.steps": 2 });
    await expect(distilStage(thawed, { teachers: [teacher], student })).rejects.toThrow(
      "give the stage's freeze",
    );
    const other = await job("deep", { ...overrides, "network.student": { blocks: 3 } });
    await expect(distilStage(other, { teachers: [teacher], student })).rejects.toThrow(
      /network is no /,
    );
    const damaged = new Map(student).set("weights.bin", new Uint8Array(3));
    await expect(distilStage(still, { teachers: [teacher], student: damaged })).rejects.toThrow(
      "weights.bin does not match",
    );
  });

  it("lets a packaged student teach", async () => {
    const { package: folder, student: run } = runFolders(runOf("whole"));
    const teacher = await readPackageFiles(folder);
    const still = {
      "distil.steps": 2,
      "distil.checkpointEvery": 1,
      "distil.peakRate": 1e-9,
      "distil.freeze": { blocks: 1 },
    };
    const messages: string[] = [];
    const onMessage = (message: string) => messages.push(message);
    // The student is its own teacher, so it has nothing to learn.
    const asked = { ...(await job("own-teacher", still)), onMessage };
    await distilStage(asked, { teachers: [teacher], student: teacher });
    expect(messages.join()).toContain("does not say whom its student has seen");
    const taught = runFolders(runOf("own-teacher")).student;
    const log = (await readFile(join(taught, "log.jsonl"), "utf8")).trim().split("\n");
    const looks = log.map((line) => JSON.parse(line)).filter(({ logitGap }) => logitGap >= 0);
    expect(looks.length).toBeGreaterThan(0);
    for (const { logitGap, logitCorrelation } of looks) {
      expect(logitGap).toBeLessThan(1e-3);
      expect(logitCorrelation).toBeGreaterThan(0.999);
    }
    const { settings } = await readTrainedStudent(taught);
    expect(recipeOf(settings)).toMatch(
      /^The teacher: \S+ 0\.1\.0 \(Encoder pretrained .*distilled from the teacher's own weights/,
    );
    const anew = await job("from-scratch", { "distil.steps": 1, "distil.initial": "random" });
    await distilStage(anew, { teachers: [teacher] });
    const cut = await job("cut-of-package", { "distil.steps": 1, "distil.initial": "teacher" });
    await expect(distilStage(cut, { teachers: [teacher] })).rejects.toThrow(
      "give the stage's freeze",
    );
    const wide = await job("wide-teacher", { "data.cropMargin": 1.6 });
    await expect(distilStage(wide, { teachers: [teacher] })).rejects.toThrow(
      /the teacher \S+ 0\.1\.0 looks at crops of margin 1\.3/,
    );
    const damaged = new Map(teacher).set("weights.bin", new Uint8Array(3));
    await expect(distilStage(anew, { teachers: [damaged] })).rejects.toThrow(
      "weights.bin does not match",
    );
    expect(await isPackage(folder)).toBe(true);
    expect(await isPackage(`${folder}.unmask`)).toBe(true);
    expect(await isPackage(run)).toBe(false);
    expect(await isPackage(join(folder, "nothing"))).toBe(false);
  });

  it("lets the first blocks of a package's student go on, and takes them for no whole one", async () => {
    const shipped = await readPackageFiles("assets/student");
    const cut = await job("cut", {
      "network.inputSize": 160,
      "network.student": { blocks: 9 },
      "supervise.steps": 1,
      "supervise.freeze": { blocks: 8 },
      "supervise.checkpointEvery": 1,
    });
    await superviseStage(cut, { student: shipped });
    const { supervised, student } = runFolders(runOf("cut"));
    const { settings } = await readTrainedStudent(supervised);
    expect(recipeOf(settings)).toMatch(/supervised from the first blocks of unmask-student \d/);
    await expect(average([supervised], shipped, student)).rejects.toThrow("did not go on from");
  });

  it("averages students that went on from one package, and no others", async () => {
    const start = await readPackageFiles(runFolders(runOf("whole")).package);
    const knobs = {
      "supervise.steps": 3,
      "supervise.freeze": { blocks: 1 },
      "supervise.checkpointEvery": 3,
    };
    const member = async (name: string, overrides: Overrides = {}) => {
      await superviseStage(await job(name, { ...knobs, ...overrides }), { student: start });
      return runFolders(runOf(name)).supervised;
    };
    const folders = [
      await member("pairs"),
      await member("labels", { "supervise.batch.pairs": 1, "supervise.peakRate": 1e-2 }),
    ];
    const run = runFolders(runOf("mean")).student;
    await average(folders, start, run);
    const { settings, parameters } = await readTrainedStudent(run);
    const own = unfoldedParameters(settings.architecture, networkOf(start));
    const others = await Promise.all(folders.map((folder) => readTrainedStudent(folder)));
    const name = "classifier/kernel";
    const valuesIn = (of: Parameters) => [...(of.get(name)?.data ?? [])];
    const all = [own, ...others.map((other) => other.parameters)].map(valuesIn);
    expect(all[1]).not.toEqual(all[2]);
    valuesIn(parameters).forEach((value, i) =>
      expect(value).toBeCloseTo(all.reduce((sum, one) => sum + (one[i] as number), 0) / 3, 6),
    );
    const recipe = recipeOf(settings);
    expect(recipe).toMatch(
      /^The mean of the weights of \S+ 0\.1\.0 \(Encoder pretrained .*\) and of 2/,
    );
    expect(recipe.match(/Encoder pretrained/g)).toHaveLength(1);
    expect(recipe).toMatch(
      /\(a\) The student: supervised from \S+ 0\.1\.0, 3 steps of 32 .*\(b\) The/,
    );

    const apart = runFolders(runOf("mean-of-runs")).student;
    await average(folders, start, apart, true);
    const runsAlone = await readTrainedStudent(apart);
    valuesIn(runsAlone.parameters).forEach((value, i) =>
      expect(value).toBeCloseTo(((all[1]?.[i] as number) + (all[2]?.[i] as number)) / 2, 6),
    );
    const twice = runFolders(runOf("mean-of-one-twice")).student;
    await average([...folders, folders[1] as string], start, twice, true);
    valuesIn((await readTrainedStudent(twice)).parameters).forEach((value, i) =>
      expect(value).toBeCloseTo(((all[1]?.[i] as number) + 2 * (all[2]?.[i] as number)) / 3, 6),
    );
    expect(recipeOf(runsAlone.settings)).toMatch(
      /^The mean of the weights of 2 students that went on from \S+ 0\.1\.0 \(Encoder pretrained/,
    );

    await expect(average([runFolders(runOf("whole")).student], start, run)).rejects.toThrow(
      /did not go on from \S+ 0\.1\.0/,
    );
    const stranger = await member("stranger", { seed: 2 });
    await expect(average([...folders, stranger], start, run)).rejects.toThrow("has another seed");
    await expect(average([], start, run)).rejects.toThrow("a run or more");
    await expect(average(folders.slice(1), start, run, true)).rejects.toThrow("give two");
    const begun = new AbortController();
    const half = await job("half", { ...knobs, "supervise.checkpointEvery": 1 });
    const stop = { signal: begun.signal, onStep: () => begun.abort() };
    await superviseStage({ ...half, ...stop }, { student: start });
    const unfinished = runFolders(runOf("half")).supervised;
    await expect(average([unfinished], start, run)).rejects.toThrow("step 1 of 3; finish it first");
    // Nothing was lost: the mean is still there.
    expect((await readTrainedStudent(run)).parameters).toEqual(parameters);
  });
});

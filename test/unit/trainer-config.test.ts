import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { annotatedYaml } from "../../trainer/config/annotated";
import { parseAssignment, readConfig } from "../../trainer/config/read";
import {
  distilSettings,
  pretrainSettings,
  superviseSettings,
  teachSettings,
} from "../../trainer/config/stage-settings";
import { DISTIL_DEFAULTS } from "../../trainer/stages/distil-settings";
import { PRETRAIN_DEFAULTS } from "../../trainer/stages/pretrain-settings";
import { SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { TEACH_DEFAULTS } from "../../trainer/stages/teach-settings";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-config-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function file(text: string): Promise<string> {
  const path = join(folder, "run.yaml");
  await writeFile(path, text);
  return path;
}

const problem = async (text: string) =>
  readConfig(await file(text)).then(
    () => "nothing",
    (error: Error) => error.message,
  );

describe("what a network keeps", () => {
  it("is said in a stage, as in the example for processors", async () => {
    const config = await readConfig("trainer/examples/processor.yaml");
    expect(teachSettings(config)).toMatchObject({
      freeze: { blocks: 3 },
      batch: { labelled: 10, generatedShare: 0.6 },
    });
    expect(distilSettings(config).freeze).toEqual({ blocks: 3 });
    expect(superviseSettings(config).freeze).toBe("none");
  });

  it.each(["3", "{blocks: -1}", "{blocks: 1.5}", "{block: 3}", "all"])(
    "is none or a number of blocks, not %s",
    async (freeze) => {
      expect(await problem(`teach: {freeze: ${freeze}}`)).toMatch(/line 1: teach\.freeze/);
    },
  );
});

describe("the defaults", () => {
  it("are those of the stages", async () => {
    const config = await readConfig(undefined);
    expect(pretrainSettings(config)).toEqual(PRETRAIN_DEFAULTS);
    // A stage's own warm-up is a round number near the 5 % that `auto` stands for.
    const { warmupSteps: _teach, ...teach } = TEACH_DEFAULTS;
    expect(teachSettings(config)).toMatchObject(teach);
    expect(distilSettings(config)).toEqual(DISTIL_DEFAULTS);
    const { warmupSteps: _supervise, ...supervise } = SUPERVISE_DEFAULTS;
    expect(superviseSettings(config)).toMatchObject({ ...supervise, probe: { steps: 0 } });
  });

  it("are printed as a file that explains every knob and reads back the same", async () => {
    const config = await readConfig(undefined, { "data.leaveOut.generators": ["a, b", "c: d"] });
    const text = annotatedYaml(config);
    expect(await readConfig(await file(text))).toEqual(config);
    const lines = text.split("\n");
    lines.forEach((line, i) => {
      if (/^\s*\w+:/.test(line)) expect(lines[i - 1], line).toMatch(/^\s*# ./);
    });
    for (const line of lines.filter((one) => /^\s*#/.test(one)))
      expect(line.length).toBeLessThanOrEqual(100);
  });
});

describe("a configuration", () => {
  it("gives every stage the shared knobs", async () => {
    const config = await readConfig(
      await file(
        "seed: 7\nworkers: 3\ndata: {cropMargin: 1.5, heldOutShare: 0.2, labelFraction: 0.05, leaveOut: {sources: [x]}}\nnetwork: {inputSize: 96, student: small}",
      ),
    );
    const shared = {
      seed: 7,
      workers: 3,
      cropMargin: 1.5,
      heldOutShare: 0.2,
      leaveOut: { generators: [], sources: ["x"] },
    };
    const [pretrain, teach] = [pretrainSettings(config), teachSettings(config)];
    const [distil, supervise] = [distilSettings(config), superviseSettings(config)];
    for (const settings of [pretrain, teach, distil, supervise]) {
      expect(settings).toMatchObject(shared);
      expect(settings.architecture.inputSize).toBe(96);
    }
    for (const { labelFraction } of [teach, distil, supervise]) expect(labelFraction).toBe(0.05);
    expect(pretrain.architecture).toEqual(teach.architecture);
    expect(distil.architecture).toEqual(supervise.architecture);
    expect(distil.architecture.blocks).toHaveLength(8);
  });

  it("says which splits are fitted only where that is not `train` alone", async () => {
    // Settings of runs that were begun before there was a choice do not name them.
    expect(teachSettings(await readConfig(undefined, {}))).not.toHaveProperty("splits");
    const splits = ["train", "val"];
    const refit = await readConfig(undefined, { "data.splits": splits });
    for (const settings of [pretrainSettings, teachSettings, distilSettings, superviseSettings])
      expect(settings(refit).splits).toEqual(splits);
  });

  it("makes numbers of `auto`, and takes a number in its place", async () => {
    const auto = distilSettings(await readConfig(undefined, { "distil.steps": 600 }));
    expect(auto).toMatchObject({ warmupSteps: 30, features: { steps: 200 }, labelWeight: 0.1 });
    const given = distilSettings(
      await readConfig(undefined, {
        "distil.warmupSteps": 5,
        "distil.features.steps": 0,
        "distil.labelWeight": 0.3,
      }),
    );
    expect(given).toMatchObject({ warmupSteps: 5, features: { steps: 0 }, labelWeight: 0.3 });
  });

  it("takes folders from where the file lies, and options over the file", async () => {
    const path = await file("run: runs/a\ndata: {folder: faces}\npretrain: {K: 64}\nteach:\n");
    const config = await readConfig(path, { "pretrain.K": 128, "data.folder": "elsewhere" });
    expect(config.run).toBe(join(folder, "runs", "a"));
    expect(config.data.folder).toBe("elsewhere");
    expect(config.pretrain.K).toBe(128);
    expect(config.teach.steps).toBe(TEACH_DEFAULTS.steps);
  });
});

describe("a mistake", () => {
  it.each([
    ["pretrain:\n  Q: 3", "line 2: pretrain.Q: there is no such key here"],
    ["pretrian: {}", "line 1: pretrian: there is no such key here"],
    ["seed: 1.5", "line 1: seed: a whole number, zero or above is expected, not 1.5"],
    ["data:\n  labelFraction: 0", "line 2: data.labelFraction: a number above 0 and at most 1"],
    [
      "data:\n\n  leaveOut: {sources: x}",
      'data.leaveOut.sources: a list of names is expected, not "x"',
    ],
    ["data: {splits: []}", "data.splits: a name or more is expected"],
    ["network: {student: huge}", "tiny, small, medium, large, or {blocks: N} is expected"],
    [
      "network: {student: {blocks: 17}}",
      "network.student.blocks: EfficientNet-Lite0 has 16 blocks",
    ],
    ["distil: {freeze: {blocks: 12}}", "distil.freeze: the student has 11 blocks"],
    ["network: {student: tiny}", "distil.initial: random is expected"],
    [
      "network: {teacher: small, student: medium}\ndistil: {initial: teacher}",
      "distil.initial: the student is no cut of its teacher",
    ],
    ["distil: {warmupSteps: soon}", 'or auto is expected, not "soon"'],
    ["pretrain: {n: 30}", "line 1: pretrain.n: a multiple of groups² = 4 is expected, not 30"],
    ["pretrain: {K: 16}", "pretrain.K: a batch of 32 keys does not fit into a queue of 16"],
    ["teach: {steps: 10, warmupSteps: 10}", "teach.warmupSteps: fewer than the 10 steps"],
    ["teach: {batch: {pairs: 0, labelled: 0}}", "teach.batch.pairs: pairs and labelled are both 0"],
    ["supervise: {batch: {videoFakes: 2}}", "a number from 0 to 1, or auto is expected, not 2"],
    ["supervise: {batch: {surroundings: -1}}", "a number from 0 to 1 is expected, not -1"],
    ["distil: {batch: {faces: 2, blends: 3}}", "distil.batch.blends: each face comes"],
    [
      "supervise: {batch: {upscaledShare: 0.5}}",
      "supervise.batch.redrawnShare: above 0 is expected",
    ],
    [
      "distil: {batch: {redrawnShare: 0.5, insideShare: 0.5}}",
      "distil.batch.upscaledShare: above 0 is expected",
    ],
    ["calibrate: {rates: {strong: 0.5}}", "calibrate.rates: unsure > suspicious > strong"],
    ["- a\n- b", "sections of keys and values are expected"],
    ["seed: [1", "run.yaml: "],
  ])("%j is named with file, key and what is expected", async (text, expected) => {
    const message = await problem(text);
    expect(message).toContain("run.yaml");
    expect(message).toContain(expected);
  });

  it("is told together with the others, and apart from what was given by hand", async () => {
    const path = await file("seed: -1\npretrain: {m: 2}");
    const all = readConfig(path, { "pretrain.T": 0 });
    await expect(all).rejects.toThrow(/line 1: seed: [^\n]*\n[\s\S]*line 2: pretrain\.m: /);
    await expect(all).rejects.toThrow("given by hand: pretrain.T: a number above zero");
  });

  it("in a file that is not there, or an assignment that is none, says so", async () => {
    await expect(readConfig(join(folder, "none.yaml"))).rejects.toThrow("none.yaml cannot be read");
    expect(() => parseAssignment("pretrain.K")).toThrow("KEY=VALUE is expected");
    expect(parseAssignment("data.leaveOut.sources=[a, b]")).toEqual([
      "data.leaveOut.sources",
      ["a", "b"],
    ]);
  });
});

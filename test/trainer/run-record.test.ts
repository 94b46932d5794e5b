// What a run's folder says of itself, and the recipe that the card makes of it.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StudentCard } from "../../model/package/card";
import { isRefit } from "../../trainer/stages/common-settings";
import { DISTIL_DEFAULTS } from "../../trainer/stages/distil-settings";
import { PRETRAIN_DEFAULTS } from "../../trainer/stages/pretrain-settings";
import { recipeOf, THRESHOLDS } from "../../trainer/stages/recipe";
import { figuresForRefit } from "../../trainer/stages/refit";
import {
  type DistilRecord,
  fittedSplitsOf,
  type PretrainRecord,
  readRunRecord,
  type StudentRecord,
  saveRunRecord,
  type TeachRecord,
} from "../../trainer/stages/run-record";
import { SUPERVISE_DEFAULTS } from "../../trainer/stages/settings";
import { TEACH_DEFAULTS } from "../../trainer/stages/teach-settings";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-record-"));
});
afterEach(() => rm(folder, { recursive: true }));

const pretrain: PretrainRecord = { ...PRETRAIN_DEFAULTS, stage: "pretrain", initial: "imagenet" };
const teach: TeachRecord = { ...TEACH_DEFAULTS, stage: "teach", initial: pretrain };
const distil: DistilRecord = {
  ...DISTIL_DEFAULTS,
  stage: "distil",
  initial: "imagenet",
  teacher: teach,
};

describe("a run's record", () => {
  it("reads back with all it went on from, and only as its own stage", async () => {
    await saveRunRecord(folder, distil);
    expect(await readRunRecord(folder, "teach", "distil")).toEqual(distil);
    await expect(readRunRecord(folder, "pretrain")).rejects.toThrow(
      `${folder} holds a run of \`distil\`, not of \`pretrain\``,
    );
  });

  it("without a stage is one of version 0.1.0", async () => {
    const write = (settings: object) =>
      writeFile(join(folder, "settings.json"), JSON.stringify(settings));
    await write(SUPERVISE_DEFAULTS);
    const { stage, initial, labelFraction, probe } = await readRunRecord(folder, "teach");
    expect([stage, initial, labelFraction, probe.steps]).toEqual(["teach", "imagenet", 1, 0]);
    await write(PRETRAIN_DEFAULTS);
    expect(await readRunRecord(folder, "pretrain")).toEqual(pretrain);
  });

  it("that is missing or damaged is named", async () => {
    await expect(readRunRecord(folder, "teach")).rejects.toThrow(`${folder} holds no run of`);
    await writeFile(join(folder, "settings.json"), "{");
    await expect(readRunRecord(folder, "teach")).rejects.toThrow("settings.json cannot be read");
  });
});

describe("the recipe", () => {
  it("tells all three stages of a distilled student", () => {
    const recipe = recipeOf(distil);
    expect(recipe).toMatch(/^Encoder pretrained from ImageNet weights .*K 4096, m 0.99, T 0.2/);
    expect(recipe).toContain(
      "supervised from that encoder, a linear probe of 300 steps, then 2000",
    );
    expect(recipe).toContain("with 10 % of the labels");
    expect(recipe).toContain(
      "distilled from ImageNet weights, 3000 steps of 32 crops of all faces",
    );
    expect(recipe).not.toContain("Left out");
  });

  it("claims no stage that was not there", () => {
    const alone: TeachRecord = {
      ...teach,
      initial: "imagenet",
      probe: { ...teach.probe, steps: 0 },
      labelFraction: 1,
    };
    const recipe = recipeOf(alone);
    expect(recipe).toMatch(/^The student: supervised from ImageNet weights, 2000 steps/);
    expect(recipe).not.toMatch(/pretrained|probe|distilled|teacher/);
    const ownFakesAlone = { ...alone, batch: { ...teach.batch, labelled: 0 } };
    expect(recipeOf(ownFakesAlone)).not.toContain("labelled fakes");
    expect(recipeOf(ownFakesAlone)).toMatch(
      /\(self-blends and swaps\).*, both classes augmented alike/,
    );
    const labelled = { ...distil, teacher: alone, useUnlabelled: false };
    expect(recipeOf(labelled)).not.toMatch(/momentum|without a label/);
  });

  it("says where a student without a teacher is the first blocks of the encoder", () => {
    const student = { ...teach, architecture: DISTIL_DEFAULTS.architecture };
    expect(recipeOf(student)).toContain("supervised from that encoder's first blocks");
    expect(recipeOf(teach)).not.toContain("first blocks");
  });

  it("says what was kept as it was, whose faces were put in and before what", () => {
    expect(recipeOf(distil)).not.toMatch(/kept as they were|labelled fake's face/);
    const own = { generatedShare: 0.6, redrawnShare: 0.3, videoFakes: 0.1, surroundings: 0.5 };
    const batch = { ...teach.batch, ...own };
    const frozen: TeachRecord = { ...teach, freeze: { blocks: 3 }, batch };
    const recipe = recipeOf({ ...distil, teacher: frozen });
    expect(recipe).toContain(
      "(self-blends and swaps), 30 % of them redrawn without texture, " +
        "60 % of the swaps with a labelled fake's face, and labelled fakes",
    );
    expect(recipe).toContain("(10 % of them frames of a video)");
    expect(recipe).toContain("50 % of the pairs before what stands around a third face");
    expect(recipe.match(/stem, first 3 blocks/g)).toHaveLength(1);
    const lessons = { ...distil.batch, surroundings: 0.4 };
    expect(recipeOf({ ...distil, batch: lessons })).toContain(
      "10 % of the labels, 40 % of the faces before what stands around another.",
    );
    expect(recipeOf(distil)).not.toMatch(/redrawn|before they were degraded|smoothed|laid over/);
    expect(recipeOf({ ...distil, labelWeight: 0 })).toContain("and none of the labels.");
    const smooth = { ...distil.batch, smoothed: 0.2 };
    const smoothPairs = { ...teach, batch: { ...teach.batch, smoothed: 0.1 } };
    expect(recipeOf({ ...distil, teacher: smoothPairs, batch: smooth })).toMatch(
      /augmented alike, 10 % of the pairs smoothed\..*of the labels, 20 % of the faces smoothed\./,
    );
    expect(recipeOf({ ...distil, batch: { ...smooth, mixed: 0.5 } })).toContain(
      "20 % of the faces smoothed, 50 % of the crops with another one laid over them.",
    );
    const clearer = { ...distil.batch, redrawnShare: 0.2, teacherView: "undegraded" as const };
    expect(recipeOf({ ...distil, batch: clearer })).toMatch(
      /, 20 % of them redrawn without texture: the teacher's logits \(squared error\) on the crops before they were degraded, for/,
    );
    const upscaled = { ...clearer, upscaledShare: 0.7 };
    expect(recipeOf({ ...distil, batch: upscaled })).toContain(
      ", 20 % of them redrawn without texture or (70 %) by Real-ESRGAN: the teacher's logits",
    );
    expect(recipeOf({ ...distil, batch: { ...upscaled, insideShare: 0.3 } })).toContain(
      "(70 %) by Real-ESRGAN, 30 % of these put into the original: the teacher's logits",
    );
    const untouched = { ...distil.batch, teacherView: "untouched" as const };
    expect(recipeOf({ ...distil, batch: untouched })).toContain(
      " on the crops before they were degraded and in their own surroundings, for",
    );
    expect(recipeOf({ ...distil, batch: untouched, teacherGlances: "mirrored" })).toContain(
      " and in their own surroundings, averaged with those of their mirror images, for",
    );
    expect(recipeOf({ ...distil, teacherGlances: "halved" })).toContain(
      "(squared error), averaged with those of their mirror images, and of both at half size, for",
    );
  });

  it("says where a student began that did not begin at published weights", () => {
    expect(recipeOf({ ...distil, initial: "teacher" })).toContain(
      "distilled from its teacher's first blocks, 3000 steps",
    );
    const initial = {
      name: "ours",
      version: "1.2.0",
      recipe: "Supervised from ImageNet weights. Thresholds: held-out reals.",
    };
    expect(recipeOf({ ...distil, initial })).toContain(
      "distilled from ours 1.2.0 (Supervised from ImageNet weights), 3000 steps",
    );
    expect(recipeOf({ ...teach, initial })).toMatch(
      /^The student: supervised from ours 1\.2\.0 \(Supervised from ImageNet weights\), a linear/,
    );
    const own = { ...initial, recipe: `${recipeOf(teach)} Thresholds: held-out reals.` };
    const again = recipeOf({ ...distil, teacher: teach, initial: own });
    expect(again).toContain("The student: distilled from the teacher's own weights, 3000 steps");
    expect(again.match(/momentum contrast/g)).toHaveLength(1);
    expect(recipeOf({ ...distil, teacher: teach, initial: { ...own, isCut: true } })).toContain(
      "distilled from its teacher's first blocks, 3000 steps",
    );
    expect(recipeOf({ ...distil, teacher: initial })).toMatch(
      /^The teacher: ours 1\.2\.0 \(Supervised from ImageNet weights\)\. The student: distilled from/,
    );
    const several = { ...distil, teacher: initial, initial, otherTeachers: [teach] };
    expect(recipeOf(several)).toMatch(
      /^2 teachers, whose opinions are averaged\. \(1\) The teacher: ours 1\.2\.0 \(.*\)\. \(2\) Encoder pre.*distilled from the first teacher's own weights.*the mean of the teachers' logits \(squared error\), for \d+ steps the first one's features/,
    );
    const later = { ...initial, version: "1.3.0", recipe: `${recipeOf(teach)} That is not all.` };
    expect(recipeOf({ ...distil, teacher: teach, initial: later })).toMatch(
      /^The teacher: that of ours 1\.3\.0\. The student: distilled from ours 1\.3\.0 \(/,
    );
    expect(recipeOf({ ...teach, initial: { ...initial, isCut: true } })).toContain(
      "supervised from the first blocks of ours 1.2.0 (",
    );
  });

  it("of a mean tells once what all went on from, and numbers several", () => {
    const initial = { name: "ours", version: "1.2.0", recipe: "Supervised. Thresholds: few." };
    const member: TeachRecord = { ...teach, initial };
    const { architecture, labelFraction, ...common } = teach;
    const mean = (members: StudentRecord[], withoutStart?: true) =>
      recipeOf({
        ...common,
        architecture,
        labelFraction,
        stage: "average",
        steps: 0,
        initial,
        members,
        ...(withoutStart ? { withoutStart } : {}),
      });
    expect(mean([member])).toMatch(
      /^The mean of the weights of ours 1\.2\.0 \(Supervised\) and of a student that went on from it\. The student: supervised from ours 1\.2\.0, /,
    );
    const pupil: DistilRecord = {
      ...distil,
      initial,
      teacher: { name: "ours", version: "1.3.0", recipe: `${recipeOf(member)} Thresholds: few.` },
    };
    expect(mean([member, pupil])).toMatch(
      /and of 2 students .* \(a\) The .* \(b\) The teacher: ours 1\.3\.0 \(it is a\)\. The student: /,
    );
    expect(mean([member, member])).toMatch(/ \(a\) The student: .* \(b\) As \(a\)\.$/);
    expect(mean([member, pupil], true)).toMatch(
      /^The mean of the weights of 2 students that went on from ours 1\.2\.0 \(Supervised\)\. \(a\) /,
    );
  });

  it("tells a package's past once, also where one past holds another in other words", () => {
    const one = { name: "ours", version: "1.2.0", recipe: "The teacher: base 1.0.0 (Begun (so))." };
    const two = {
      name: "ours",
      version: "1.3.0",
      recipe:
        "The teacher: base 1.0.0 (Begun (so)). Then ours 1.2.0 (The teacher: base 1.0.0), on.",
    };
    expect(recipeOf({ ...distil, teacher: two, initial: one })).toMatch(
      /^The teacher: ours 1\.3\.0 \(The teacher: base 1\.0\.0 \(Begun \(so\)\)\. Then ours 1\.2\.0 \(The teacher: base 1\.0\.0\), on\)\. The student: distilled from ours 1\.2\.0, 3000 steps/,
    );
  });

  it("of a refit names every split that any stage was fitted on", () => {
    const splits = ["train", "val"];
    const refit = { ...distil, teacher: { ...teach, splits } };
    expect(fittedSplitsOf(distil)).toEqual(["train"]);
    expect(fittedSplitsOf(refit)).toEqual(splits);
    expect(fittedSplitsOf({ ...distil, otherTeachers: [{ ...teach, splits }] })).toEqual(splits);
    expect(fittedSplitsOf({ ...teach, initial: { ...pretrain, splits } })).toEqual(splits);
    expect(recipeOf(distil)).not.toContain("splits");
    expect(recipeOf(refit)).toContain("Fitted on the splits train and val.");
    // Without `train` it is one all the more.
    expect([["train"], ["val"], splits].map(isRefit)).toEqual([false, true, true]);
  });

  it("says what was left out", () => {
    const leaveOut = { generators: ["Face2Face"], sources: ["clips"] };
    const all = recipeOf({ ...distil, leaveOut, teacher: { ...teach, leaveOut } });
    expect(all).toContain("of every stage: Face2Face, clips.");
    expect(all).not.toContain("It saw nothing");
    const ofTeacher = recipeOf({ ...distil, teacher: { ...teach, leaveOut } });
    expect(ofTeacher).toMatch(/The teacher .* It saw nothing of Face2Face, clips\. The student: /);
  });
});

describe("a refit's figures", () => {
  const splits = ["train", "val"];
  const refit: DistilRecord = { ...distil, splits };
  const auc = { name: "auc", split: "val", scope: "all", value: 0.7 };
  const recipe = `${recipeOf(distil)}${THRESHOLDS}held-out real pictures.`;
  const card = (over: Partial<StudentCard> = {}) =>
    ({
      name: "ours",
      version: "1.0.0",
      training: { recipe, sources: [] },
      metrics: [{ ...auc, split: "train, held-out groups", value: 0.9 }, auc],
      ...over,
    }) as StudentCard;

  it("are those of the same recipe without the split, and say whose they are", () => {
    expect(figuresForRefit(refit, card())).toEqual([{ ...auc, student: "ours 1.0.0" }]);
  });

  it("are not those of another recipe, nor of another refit", () => {
    expect(() => figuresForRefit({ ...refit, steps: 1 }, card())).toThrow(
      /ours 1\.0\.0 was trained by another recipe[^]*the refit: .* 1 steps of/,
    );
    const again = card({ training: { recipe, splits, sources: [] } });
    expect(() => figuresForRefit(refit, again)).toThrow("no figures of a split");
    const borrowed = card({ metrics: [{ ...auc, student: "theirs 1.0.0" }] });
    expect(() => figuresForRefit(refit, borrowed)).toThrow("no figures of a split");
  });

  it("are those of the student that it went on from", () => {
    const initial = { name: "ours", version: "1.0.0", recipe };
    const on = { ...refit, steps: 1, initial };
    expect(figuresForRefit(on, card())).toEqual([{ ...auc, student: "ours 1.0.0" }]);
    const namesake = { ...on, initial: { ...initial, recipe: "Another." } };
    expect(() => figuresForRefit(namesake, card())).toThrow("another recipe");
    // Whoever goes on from a refit is one.
    expect(fittedSplitsOf({ ...distil, initial: { ...initial, splits } })).toEqual(splits);
  });

  it("are none where nothing was refitted", () => {
    expect(() => figuresForRefit(distil, card())).toThrow("it is measured, not refitted");
  });
});

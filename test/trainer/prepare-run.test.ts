// What `prepare` promises of a whole run: parts that make the whole, going on after a stop, and a
// clear account of whatever is wrong.
import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { repositoryFolder } from "../../trainer/cache";
import { prepareCommand } from "../../trainer/commands/prepare";
import { readManifest } from "../../trainer/datasets/manifest";
import { reportFile } from "../../trainer/prepare/prepare-report";
import { prefixOf } from "../../trainer/shards/prefix";
import { emptyFolder, tree } from "./datasets-tree";
import { landscape, portrait, portraitVideo, prepareTree } from "./prepare-media";

const prefix = prefixOf({ index: 0, count: 1 });
// Each run starts MediaPipe in a thread of its own: seconds, and many more on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 });

let still: Buffer;
let video: Buffer;
let root: string;
beforeAll(async () => {
  still = await portrait("portrait");
  video = await portraitVideo("astronaut");
  root = await tree({
    ...Object.fromEntries(Array.from({ length: 5 }, (_, i) => [`real/p${i}.jpg`, still])),
    "fake/v.mp4": video,
  });
});

describe("parts of several machines", () => {
  test("are together what one machine makes, and nothing twice", async () => {
    const whole = await prepareTree(root);
    const out = await emptyFolder();
    for (const index of [0, 1, 2]) {
      await prepareTree(root, { out, plan: { shard: { index, count: 3 } } });
      // A stage must not take two thirds for the whole.
      if (index < 2) await expect(readManifest(out)).rejects.toThrow(/parts are missing: --shard/);
    }
    const keysOf = (rows: { file: string }[]) => rows.map(({ file }) => file.split(".tar/")[1]);
    const parts = keysOf(await readManifest(out));
    expect(new Set(parts).size).toBe(parts.length);
    expect(parts.sort()).toEqual(keysOf(whole.rows).sort());
    expect(parts).toHaveLength(7);
  });
});

describe("a run that is stopped", () => {
  test("goes on with the same command, to the same samples", async () => {
    const whole = await prepareTree(root, { shards: { maxBytes: 1e9, maxRecords: 2 } });
    const out = await emptyFolder();
    const stop = new AbortController();
    const job = { out, shards: { maxBytes: 1e9, maxRecords: 2 } };
    const first = await prepareTree(root, {
      ...job,
      signal: stop.signal,
      onUnit: ({ done }) => done === 3 && stop.abort(),
    });
    expect(first.complete).toBe(false);
    expect(first.report.units).toEqual({ all: 6, done: 3 });
    await expect(readManifest(out)).rejects.toThrow(/not finished; run the same prepare command/);
    const kept = (await readdir(out)).filter((name) => name.endsWith(".tar"));
    const before = await Promise.all(kept.map((name) => readFile(join(out, name))));

    const units: number[] = [];
    const second = await prepareTree(root, { ...job, onUnit: ({ done }) => units.push(done) });
    expect(units).toEqual([4, 5, 6]);
    expect(await Promise.all(kept.map((name) => readFile(join(out, name))))).toEqual(before);
    const pictures = async ({ rows, out: folder }: typeof whole) =>
      Promise.all(
        rows.map(async ({ stored, box, landmarks }) => {
          const tar = await readFile(join(folder, stored?.shard ?? ""));
          const jpeg = tar.subarray(stored?.offset, (stored?.offset ?? 0) + (stored?.bytes ?? 0));
          return [jpeg.toString("base64"), box, landmarks];
        }),
      );
    expect(await pictures(second)).toEqual(await pictures(whole));
    expect(second.report).toEqual(whole.report);

    const third = await prepareTree(root, { ...job, onUnit: () => expect.unreachable() });
    expect(third.report).toEqual(second.report);
    await expect(prepareTree(root, { ...job, settings: { maxPx: 128 } })).rejects.toThrow(
      /faces-00000-of-00001\.index\.json: .*other settings/,
    );
  });
});

describe("what is wrong with the data", () => {
  test("is listed with the file, and the rest is prepared", async () => {
    const bad = await tree({
      "real/good.jpg": still,
      "real/field.png": await landscape(),
      "real/notes.txt": "hello",
      "real/cut.jpg": still.subarray(0, 2000),
      "fake/broken.mp4": Buffer.from("this is no video at all"),
      "fake/half.mp4": video.subarray(0, video.length / 2),
    });
    const { rows, report, out } = await prepareTree(bad);
    expect(rows).toHaveLength(1);
    const found = Object.fromEntries(report.findings.map((one) => [one.file, one.problem]));
    expect(found).toEqual({
      "real/field.png": "no-face",
      "real/notes.txt": "unknown-name",
      "real/cut.jpg": "unreadable",
      "fake/broken.mp4": "unreadable",
      "fake/half.mp4": "unreadable",
    });
    expect(report.findings.every(({ detail }) => detail.length > 5)).toBe(true);
    expect(JSON.parse(await readFile(reportFile(out, prefix), "utf8"))).toEqual(report);
  });

  test("faces smaller than wanted are said to be", async () => {
    const data = await tree({ "real/a.jpg": still, "fake/b.jpg": still });
    const { report } = await prepareTree(data, { settings: { minFacePx: 200 } });
    expect(report.problems).toEqual({ "too-small": 2 });
    expect(report.findings[0]?.detail).toMatch(/the largest face is 1\d\d px; 200 are wanted/);
  });

  test("an empty folder, and one without a video, are named", async () => {
    const nothing = await emptyFolder();
    await expect(prepareTree(nothing)).rejects.toThrow(`${nothing}: no such folder, or nothing`);
    const folders = await tree({ "real/readme.txt": "", "fake/readme.txt": "" });
    await expect(prepareTree(folders)).rejects.toThrow(
      `${folders}: no video and no picture of folders real and fake in it; 2 files`,
    );
    await expect(prepareTree(root, { layout: "celeb-df" })).rejects.toThrow(
      /no video and no picture/,
    );
  });

  test("labels that contradict the list of the data set are left out by name", async () => {
    const celeb = await tree({
      "List_of_testing_videos.txt": "0 Celeb-real/id0_0000.mp4\n",
      "Celeb-real/id0_0000.mp4": video,
      "Celeb-real/id1_0000.mp4": video,
    });
    const { rows, report } = await prepareTree(celeb);
    expect(rows.map(({ group }) => group)).toEqual(["celeb-df:id1", "celeb-df:id1"]);
    expect(report.findings).toContainEqual({
      problem: "contradiction",
      file: "Celeb-real/id0_0000.mp4",
      detail: "List_of_testing_videos.txt calls it fake",
    });
  });

  test("a shard that is gone, or cut, is named", async () => {
    const { out } = await prepareTree(root);
    const [tar = ""] = (await readdir(out)).filter((name) => name.endsWith(".tar"));
    await rm(join(out, tar));
    await expect(readManifest(out)).rejects.toThrow(tar);
    await expect(prepareTree(root, { out })).rejects.toThrow(/listed as finished, but not there/);
  });
});

describe("the examples for schedulers", () => {
  const example = (name: string) => readFile(repositoryFolder("trainer", "examples", name), "utf8");
  const options = prepareCommand().options.map(({ long }) => long);
  const flagsIn = (text: string) => text.match(/--(?!import)[a-z-]+(?= ["$/\d])/g) ?? [];

  test("name options that there are, and deal out as many parts as they have tasks", async () => {
    const slurm = await example("prepare.sbatch");
    const script = slurm.slice(slurm.indexOf("exec node"));
    expect(flagsIn(script)).toEqual(["--in", "--out", "--shard", "--workers"]);
    const parts = Number(/^parts=(\d+)$/m.exec(slurm)?.[1]);
    expect(slurm).toContain(`#SBATCH --array=0-${parts - 1}\n`);
    expect(script).toContain('"$SLURM_ARRAY_TASK_ID/$parts"');
    const { spec } = parse(await example("prepare-job.yaml"));
    const [line] = spec.template.spec.containers[0].args;
    expect(flagsIn(line)).toEqual(["--in", "--out", "--shard", "--workers"]);
    expect(options).toEqual(expect.arrayContaining(flagsIn(line)));
    expect(spec.completionMode).toBe("Indexed");
    expect(line).toContain(`"$JOB_COMPLETION_INDEX/${spec.completions}"`);
  });
});

describe("the command line", () => {
  afterEach(() => void vi.restoreAllMocks());

  test.each([
    [["--shard", "3/3"], /expected i\/n with i from 0 to n − 1/],
    [["--layout", "imagenet"], /Allowed choices are auto, manifest, faceforensics/],
    [["--frames", "0"], /whole number above zero/],
    [["--quality", "101"], /at most 100/],
    [["--val", "1"], /from 0 to below 1/],
    [["--faces", "none"], /largest, all/],
  ])("refuses %j", async (flags, message) => {
    const said: string[] = [];
    const command = prepareCommand()
      .exitOverride()
      .configureOutput({ writeErr: (text) => said.push(text) });
    const line = ["--in", root, "--out", "unused", ...flags];
    await expect(command.parseAsync(line, { from: "user" })).rejects.toThrow();
    expect(said.join("")).toMatch(message);
  });

  test("prepares, and says what it did and what it left out", async () => {
    const said: string[] = [];
    vi.spyOn(console, "error").mockImplementation((text: string) => void said.push(text));
    const data = await tree({
      "real/a.jpg": still,
      "fake/broken\u001b[31m.mp4": Buffer.from("no video"),
    });
    const out = await emptyFolder();
    const flags = ["--workers", "1", "--val", "0", "--test", "0"];
    await prepareCommand().parseAsync(["--in", data, "--out", out, ...flags], { from: "user" });
    expect(said[0]).toBe(`${data}: folders real and fake`);
    expect(said).toContainEqual(expect.stringMatching(/^unreadable: fake\/broken�\[31m\.mp4: \w+/));
    expect(said).toContain(
      "2 of 2 videos and pictures: 1 frames, 1 faces, 1 with landmarks; left out: 1 unreadable",
    );
    expect(await readManifest(out)).toHaveLength(1);
  });
});

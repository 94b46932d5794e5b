// `trainer prepare`: a data set as researchers have it, made into shards of face crops.
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { SingleBar } from "cli-progress";
import { Command, InvalidArgumentError, Option } from "commander";
import { LAYOUTS } from "../datasets/layouts/layouts";
import { type Finding, PROBLEMS } from "../datasets/layouts/report";
import { SPLIT_RULES } from "../prepare/plan";
import { type PrepareResult, prepare } from "../prepare/prepare";
import { reportFile } from "../prepare/prepare-report";
import { parseShard, type ShardNumber } from "../shards/assignment";
import { aboveZero, wholeNumber } from "./arguments";

/** Of each kind of problem so many are printed; the report has them all. */
const PRINTED = 10;
/** A log wants few lines. */
const LINE_EVERY_MS = 30_000;

export function prepareCommand(): Command {
  return new Command("prepare")
    .description(
      "Make shards of face crops, with boxes and landmarks, from a data set's videos and pictures.",
    )
    .addOption(
      new Option("--layout <name>", "how the data set is laid out; auto tells it from its names")
        .choices(["auto", ...LAYOUTS.map(({ id }) => id)])
        .default("auto"),
    )
    .requiredOption("--in <folder>", "folder of the data set")
    .requiredOption("--out <folder>", "folder of the shards; every machine may write to the same")
    .addOption(
      new Option("--shard <i/n>", "part of this machine, counted from 0")
        .argParser(shardNumber)
        .default({ index: 0, count: 1 }, "0/1"),
    )
    .option("--frames <n>", "frames of a video, spread evenly over it", wholeNumber, 32)
    .addOption(
      new Option("--faces <which>", "of several people: who fills most of the video, or everybody")
        .choices(["largest", "all"])
        .default("largest"),
    )
    .option("--margin <x>", "side of a crop, in detector's boxes", aboveZero, 2)
    .option("--max-px <n>", "longest side of a crop; larger ones are reduced", wholeNumber, 256)
    .option("--min-face <n>", "least size of a face in its picture, pixels", wholeNumber, 48)
    .option("--quality <n>", "of the crops' JPEG", quality, 93)
    .addOption(
      new Option(
        "--compression <level>",
        "of FaceForensics++; every level there is if left out",
      ).choices(["raw", "c23", "c40"]),
    )
    .addOption(
      new Option("--studio <label>", "what DeeperForensics' studio footage counts as")
        .choices(["unlabelled", "real", "none"])
        .default("unlabelled"),
    )
    .option("--val <share>", "of the groups without an official split", share, 0.1)
    .option("--test <share>", "of the groups without an official split", share, 0.1)
    .addOption(
      new Option(
        "--split <rule>",
        "groups: the official split, but nobody on two sides; official: as published; people: drawn anew by people, for sets that swap everybody with everybody (Celeb-DF, DeepFakeDetection)",
      )
        .choices(SPLIT_RULES)
        .default("groups"),
    )
    .option("--seed <n>", "of the draw for groups without an official split", wholeNumber, 1)
    .option("--shard-records <n>", "crops in a tar file", wholeNumber, 1000)
    .option("--workers <n>", "threads", wholeNumber, availableParallelism())
    .action(async (options) => {
      const interrupt = new AbortController();
      process.once("SIGINT", () => interrupt.abort());
      process.once("SIGTERM", () => interrupt.abort());
      const progress = unitProgress();
      const result = await prepare({
        root: resolve(options.in),
        layout: options.layout,
        out: resolve(options.out),
        settings: {
          frames: options.frames,
          faces: options.faces,
          margin: options.margin,
          maxPx: options.maxPx,
          minFacePx: options.minFace,
          quality: options.quality,
        },
        plan: {
          shard: options.shard,
          seed: options.seed,
          shares: { val: options.val, test: options.test },
          split: options.split,
        },
        reading: { compression: options.compression, sourceVideos: options.studio },
        shards: { maxBytes: 1e9, maxRecords: options.shardRecords },
        workers: options.workers,
        signal: interrupt.signal,
        onMessage: (message) => console.error(message),
        onUnit: progress.unit,
      }).finally(progress.stop);
      printResult(result, options.out);
    });
}

function shardNumber(text: string): ShardNumber {
  try {
    return parseShard(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

function quality(text: string): number {
  const value = wholeNumber(text);
  if (value > 100) throw new InvalidArgumentError("a JPEG's quality is at most 100");
  return value;
}

function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value >= 0 && value < 1) return value;
  throw new InvalidArgumentError("a share from 0 to below 1 is wanted");
}

function printResult({ complete, prefix, report }: PrepareResult, out: string): void {
  for (const problem of PROBLEMS) {
    printFindings(report.findings.filter((finding) => finding.problem === problem));
  }
  const { counts, units, problems } = report;
  if (problems["set-aside"]) {
    console.error("set-aside: --split people loses fewer, --split official none; see --help");
  }
  console.error(
    `${units.done} of ${units.all} videos and pictures: ${counts.pictures} frames, ${counts.faces} faces, ${counts.landmarks} with landmarks; left out: ${problemCounts(problems)}`,
  );
  console.error(`the whole list is in ${reportFile(out, prefix)}`);
  if (!complete) console.error("interrupted and saved; the same command goes on");
}

function printFindings(findings: readonly Finding[]): void {
  for (const { problem, file, detail } of findings.slice(0, PRINTED)) {
    console.error(`${problem}: ${printable(file)}: ${printable(detail)}`);
  }
  const more = findings.length - PRINTED;
  if (more > 0) console.error(`${findings[0]?.problem}: and ${more} more`);
}

/** Names of files may hold terminal codes. */
function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, "�");
}

function problemCounts(problems: Readonly<Record<string, number>>): string {
  const parts = Object.entries(problems).map(([problem, count]) => `${count} ${problem}`);
  return parts.length > 0 ? parts.join(", ") : "nothing";
}

interface UnitProgress {
  unit(progress: { done: number; all: number; pictures: number }): void;
  stop(): void;
}

/** A bar on a terminal, a line now and then in a log; both with the speed and the time left. */
function unitProgress(): UnitProgress {
  const bar = process.stderr.isTTY
    ? new SingleBar({
        format: "{bar} {value}/{total} | {speed} pictures/s | {eta_formatted} left",
        stream: process.stderr,
        hideCursor: true,
        clearOnComplete: true,
      })
    : null;
  const begun = Date.now();
  let first: number | null = null;
  let printed = begun;
  return {
    unit({ done, all, pictures }) {
      if (first === null) bar?.start(all, done - 1, { speed: "–" });
      first ??= done - 1;
      const seconds = Math.max(0.001, (Date.now() - begun) / 1000);
      const speed = (pictures / seconds).toFixed(1);
      bar?.update(done, { speed });
      if (bar || Date.now() - printed < LINE_EVERY_MS) return;
      printed = Date.now();
      const left = Math.round(((all - done) * seconds) / (done - first));
      console.error(`${done}/${all}, ${speed} pictures/s, ${left} s left`);
    },
    stop: () => bar?.stop(),
  };
}

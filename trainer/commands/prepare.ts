// `trainer prepare`: a data set as researchers have it, made into shards of face crops.
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { LAYOUTS } from "../datasets/layouts/layouts";
import { type Finding, PROBLEMS } from "../datasets/layouts/report";
import { SPLIT_RULES } from "../prepare/plan";
import { type PrepareResult, prepare } from "../prepare/prepare";
import { PREPARE_DEFAULTS } from "../prepare/prepare-defaults";
import { reportFile } from "../prepare/prepare-report";
import { aboveZero, shardNumber, wholeNumber } from "./arguments";
import { INTERRUPTED, interruptSignal } from "./interrupt";
import { unitProgress } from "./unit-progress";

/** Of each kind of problem so many are printed; the report has them all. */
const PRINTED = 10;

export function prepareCommand(): Command {
  const { settings, shares, shards } = PREPARE_DEFAULTS;
  return new Command("prepare")
    .description(
      "Make shards of face crops, with boxes and landmarks, from a data set's videos and pictures.",
    )
    .addOption(
      new Option("--layout <name>", "how the data set is laid out; auto tells it from its names")
        .choices(["auto", ...LAYOUTS.map(({ id }) => id)])
        .default(PREPARE_DEFAULTS.layout),
    )
    .requiredOption("--in <folder>", "folder of the data set")
    .requiredOption("--out <folder>", "folder of the shards; every machine may write to the same")
    .addOption(
      new Option("--shard <i/n>", "part of this machine, counted from 0")
        .argParser(shardNumber)
        .default({ index: 0, count: 1 }, "0/1"),
    )
    .option(
      "--frames <n>",
      "frames of a video, spread evenly over it",
      wholeNumber,
      settings.frames,
    )
    .addOption(
      new Option("--faces <which>", "of several people: who fills most of the video, or everybody")
        .choices(["largest", "all"])
        .default(settings.faces),
    )
    .option("--margin <x>", "side of a crop, in detector's boxes", aboveZero, settings.margin)
    .option(
      "--max-px <n>",
      "longest side of a crop; larger ones are reduced",
      wholeNumber,
      settings.maxPx,
    )
    .option(
      "--min-face <n>",
      "least size of a face in its picture, pixels",
      wholeNumber,
      settings.minFacePx,
    )
    .option("--quality <n>", "of the crops' JPEG", quality, settings.quality)
    .addOption(
      new Option(
        "--compression <level>",
        "of FaceForensics++; every level there is if left out",
      ).choices(["raw", "c23", "c40"]),
    )
    .addOption(
      new Option("--studio <label>", "what DeeperForensics' studio footage counts as")
        .choices(["unlabelled", "real", "none"])
        .default(PREPARE_DEFAULTS.studio),
    )
    .option("--val <share>", "of the groups without an official split", share, shares.val)
    .option("--test <share>", "of the groups without an official split", share, shares.test)
    .addOption(
      new Option(
        "--split <rule>",
        "groups: the official split, but nobody on two sides; official: as published; people: drawn anew by people, for sets that swap everybody with everybody (Celeb-DF, DeepFakeDetection)",
      )
        .choices(SPLIT_RULES)
        .default(PREPARE_DEFAULTS.split),
    )
    .option("--seed <n>", "of the draw for groups without an official split", wholeNumber, 1)
    .option("--shard-records <n>", "crops in a tar file", wholeNumber, shards.maxRecords)
    .option("--workers <n>", "threads", wholeNumber, availableParallelism())
    .action(async (options) => {
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
        shards: { ...shards, maxRecords: options.shardRecords },
        workers: options.workers,
        signal: interruptSignal(),
        onMessage: (message) => console.error(message),
        onUnit: progress.unit,
      }).finally(progress.stop);
      printResult(result, options.out);
    });
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
  if (complete) return;
  console.error("interrupted and saved; the same command goes on");
  process.exitCode = INTERRUPTED;
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

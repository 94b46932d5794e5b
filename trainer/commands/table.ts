// `trainer table`: the paper's experiments as a plan of independent steps, worked through by one
// machine or many, and shown as tables.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { startBackend } from "../backend";
import { cacheFolder } from "../cache";
import type { TrainerConfig } from "../config/schema";
import { readManifest } from "../datasets/manifest";
import { ALIASES, ARMS } from "../experiments/arms";
import { reportMarkdown } from "../experiments/markdown";
import { type Job, type LeaveOutBy, type Plan, planTable, stepLength } from "../experiments/plan";
import { tableReport } from "../experiments/report";
import { runStep, type StepContext } from "../experiments/run-step";
import { SCALES } from "../experiments/scales";
import { tableProgress } from "../experiments/table-progress";
import { jobsNamed, jobsOf, work } from "../experiments/work";
import { parseShard, type ShardNumber } from "../shards/assignment";
import { wholeNumber } from "./arguments";
import { configOf, dataFolder, withConfig } from "./config-options";
import { INTERRUPTED, interruptSignal } from "./interrupt";
import { showProgress } from "./progress";
import { planMarkdown } from "./table-plan";

export function tableCommand(): Command {
  return new Command("table")
    .description("The paper's experiments: arms × label fractions × seeds, and leave-one-out.")
    .addCommand(planCommand())
    .addCommand(runCommand())
    .addCommand(showCommand());
}

function planCommand(): Command {
  return tableSubcommand("plan")
    .description("List jobs and steps with what they need, their state and their cost.")
    .option("--json", "as JSON", false)
    .action(async (options: TableOptions & { json: boolean }, command: Command) => {
      const { plan, table } = await planOf(options, command);
      const progress = await tableProgress(plan, table);
      console.log(
        options.json
          ? JSON.stringify({ table, ...plan, progress }, null, 2)
          : planMarkdown(plan, progress).trimEnd(),
      );
    });
}

function runCommand(): Command {
  return tableSubcommand("run")
    .description(
      "Run what is not done. Ctrl-C saves, the same command goes on; machines may share the folder.",
    )
    .option("--job <i/n>", "the i-th of n parts of the jobs, i from 0: one for each machine", part)
    .option("--only <pattern>", "jobs whose name has this in it; * stands for anything")
    .option(
      "--keep-batches",
      "make what several steps see once and keep it in the table's folder: gigabytes, to be removed afterwards",
    )
    .action(async (options: RunOptions, command: Command) => {
      const { plan, table, data } = await planOf(options, command);
      const chosen = options.only ? jobsNamed(plan.jobs, options.only) : plan.jobs;
      if (chosen.length === 0) throw new Error(`no job is called "${options.only}"`);
      const jobs = options.job ? jobsOf(chosen, options.job) : chosen;
      const batches = options.keepBatches ? join(table, "batches") : undefined;
      await runJobs(plan, jobs, { data, table, batches });
    });
}

function showCommand(): Command {
  return tableSubcommand("show")
    .description("Print the tables of what is done, as Markdown; needs no TensorFlow.")
    .option("--json <file>", "write the figures as JSON, too")
    .action(async (options: TableOptions & { json?: string }, command: Command) => {
      const { plan, table } = await planOf(options, command);
      const report = await tableReport(plan, table, finalSplit(options));
      console.log(reportMarkdown(report).trimEnd());
      if (options.json) await writeFile(options.json, `${JSON.stringify(report, null, 2)}\n`);
    });
}

interface TableOptions {
  arms: string[];
  fractions: number[];
  seeds: number;
  leaveOut: LeaveOutBy[];
  leaveOutArm: string;
  final?: string | true;
  scale?: string;
}

interface RunOptions extends TableOptions {
  job?: ShardNumber;
  only?: string;
  keepBatches?: true;
}

/** Options that say which table is meant; the three commands must be given the same. */
function tableSubcommand(name: string): Command {
  const names = ARMS.map((arm) => arm.name);
  const aliases = Object.entries(ALIASES).map(([alias, arm]) => `${alias} is ${arm}`);
  return withConfig(new Command(name))
    .addOption(
      new Option("--scale <name>", "settings of a size, in place of the file's").choices(
        Object.keys(SCALES),
      ),
    )
    .addOption(
      new Option("--arms <names>", `of ${names.join(", ")} (${aliases.join(", ")})`)
        .argParser(list)
        .default(names, "all"),
    )
    .addOption(
      new Option("--fractions <shares>", "of the labels; the paper also has 0.01 and 0.05")
        .argParser(shares)
        .default([0.1, 1], "0.1,1"),
    )
    .option("--seeds <n>", "how many seeds, from --seed on", wholeNumber, 3)
    .addOption(
      new Option("--leave-out <what>", "generator, source or both: train without each in turn")
        .argParser(by)
        .default([], "nothing"),
    )
    .option("--leave-out-arm <arm>", "which arm, with the largest fraction", "full")
    .option(
      "--final [split]",
      "measure a split that no choice was made on (val); only when all choices are made",
    );
}

async function planOf(
  options: TableOptions,
  command: Command,
): Promise<{ plan: Plan; table: string; data: string }> {
  // The scale lies under whatever was set by hand, and over the file.
  const scale = options.scale ? SCALES[options.scale] : {};
  command.setOptionValue("set", { ...scale, ...command.opts().set });
  const config = await configOf(command);
  const data = dataFolder(config);
  const request = {
    arms: options.arms,
    fractions: options.fractions,
    seeds: Array.from({ length: options.seeds }, (_, i) => config.seed + i),
    leaveOut: options.leaveOut,
    leaveOutArm: options.leaveOutArm,
    finalSplit: finalSplit(options),
  };
  const plan = planTable(request, config, await readManifest(data));
  return { plan, table: tableFolder(config), data };
}

type Folders = Pick<StepContext, "data" | "table" | "batches">;

async function runJobs(plan: Plan, jobs: readonly Job[], folders: Folders) {
  await startBackend();
  const signal = interruptSignal();
  const { table } = folders;
  const report = await work(plan, jobs, {
    table,
    signal,
    onMessage: (message) => console.error(message),
    run: async (step, stepSignal) => {
      const progress = showProgress(stepLength(step));
      try {
        return await runStep(step, {
          ...folders,
          signal: stepSignal,
          onStep: progress.step,
          onMessage: progress.message,
        });
      } finally {
        progress.stop();
      }
    },
  });
  console.error(`${report.finished.length} steps done here; the table is in ${table}`);
  for (const { step, error } of report.failed)
    console.error(`failed: ${step.id}: ${error.message}`);
  for (const step of report.blocked) console.error(`not begun: ${step.id}: it needs a failed step`);
  if (report.isInterrupted) process.exitCode = INTERRUPTED;
  else if (report.failed.length > 0) process.exitCode = 1;
}

function tableFolder({ run }: TrainerConfig): string {
  return run ?? cacheFolder("table");
}

function finalSplit({ final }: TableOptions): string | null {
  return final === undefined ? null : final === true ? "val" : final;
}

function list(text: string): string[] {
  return text.split(",").map((part) => part.trim());
}

function shares(text: string): number[] {
  return list(text).map((part) => {
    const value = Number(part);
    if (!(value > 0 && value <= 1))
      throw new InvalidArgumentError("numbers above 0 and at most 1 are wanted, as in 0.1,1");
    return value;
  });
}

function by(text: string): LeaveOutBy[] {
  if (text === "both") return ["generator", "source"];
  if (text === "generator" || text === "source") return [text];
  throw new InvalidArgumentError("generator, source or both is wanted");
}

function part(text: string): ShardNumber {
  try {
    return parseShard(text);
  } catch (error) {
    throw new InvalidArgumentError((error as Error).message);
  }
}

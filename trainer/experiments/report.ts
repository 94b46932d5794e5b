// The table itself: from the logits of finished jobs to means and spreads over seeds, differences of
// arms, and a list of what is missing.
import { ARMS, CONTRASTS } from "./arms";
import { type Figures, figuresOf, heldOutThreshold } from "./figures";
import type { Job, LeaveOutBy, Plan } from "./plan";
import { readScores, type ScoredPicture } from "./scores";
import { type BySeed, type Difference, pairedDifference, type Summary, summarise } from "./spread";
import { isDone, stepFolder } from "./step-state";

export interface ArmRow {
  arm: string;
  says: string;
  fraction: number;
  /** Seeds asked for. */
  seeds: number;
  auc: Summary;
  generatorMean: Summary;
  found: Summary;
  falseAlarms: Summary;
  /** AUC against reals of the same medium. */
  generators: Record<string, Summary>;
  falseAlarmsBySource: Record<string, Summary>;
}

export interface ContrastRow {
  arm: string;
  against: string;
  fraction: number;
  auc: Difference;
  generatorMean: Difference;
}

export interface LeftOutRow {
  by: LeaveOutBy;
  value: string;
  arm: string;
  fraction: number;
  seeds: number;
  /** Of the first seed that is done; seeds hold out other groups. */
  pictures: number;
  groups: number;
  sameMedium: Summary;
  allReals: Summary;
  found: Summary;
  /** AUC against reals of the same medium where it was trained on, on held-out groups. */
  whenTrainedOn: Summary;
  /** Unseen minus trained on, over the seeds that have both. */
  difference: Difference;
  /** Share of the source's own reals at or above the threshold; no seeds where it has none. */
  falseAlarms: Summary;
}

export interface Side {
  /** `held-out groups`, or the name of the final split. */
  measuredOn: string;
  arms: ArmRow[];
  contrasts: ContrastRow[];
}

export interface TableReport {
  heldOut: Side;
  /** Null unless the plan has a final split. */
  final: Side | null;
  leftOut: LeftOutRow[];
  /** Names of jobs that are not done. */
  missing: string[];
  omitted: string[];
}

/** What was read of one finished job. */
interface Measured {
  job: Job;
  heldOut: Figures;
  final: Figures | null;
  leftOut: Figures | null;
}

/** Reads what is done; needs neither pictures nor TensorFlow. */
export async function tableReport(
  plan: Plan,
  table: string,
  finalSplit: string | null,
): Promise<TableReport> {
  const measured: Measured[] = [];
  const missing: string[] = [];
  for (const job of plan.jobs) {
    const parts = [job.score, ...(job.final ? [job.final] : [])];
    const done = await Promise.all(parts.map((id) => isDone(table, id)));
    if (!done.every(Boolean)) missing.push(job.name);
    if (done[0]) measured.push(await measure(job, table, done[1] ?? false));
  }
  const leftOut = leftOutRows(plan, measured);
  const side = (measuredOn: string, figures: (one: Measured) => Figures | null) => {
    const arms = measured.filter(({ job }) => !job.leftOut);
    return sideOf(plan, measuredOn, arms, figures);
  };
  return {
    heldOut: side("held-out groups", ({ heldOut }) => heldOut),
    final: finalSplit === null ? null : side(finalSplit, ({ final }) => final),
    leftOut,
    missing,
    omitted: plan.omitted,
  };
}

async function measure(job: Job, table: string, isFinalDone: boolean): Promise<Measured> {
  const scores = await readScores(stepFolder(table, job.score));
  const of = (side: string) => scores.filter((picture) => picture.side === side);
  const heldOut = of("held-out");
  const threshold = heldOutThreshold(heldOut);
  const final = job.final && isFinalDone ? await readScores(stepFolder(table, job.final)) : null;
  return {
    job,
    heldOut: figuresOf(heldOut, threshold),
    // The threshold is not the final split's own: false alarms there are what a user would meet.
    final: final && figuresOf(final, threshold),
    leftOut: job.leftOut && figuresOfLeftOut(job.leftOut, heldOut, of("left-out"), threshold),
  };
}

/** Fakes left out against held-out reals; false alarms on the reals that were left out with them. */
function figuresOfLeftOut(
  { by, value }: NonNullable<Job["leftOut"]>,
  heldOut: readonly ScoredPicture[],
  leftOut: readonly ScoredPicture[],
  threshold: number,
): Figures {
  const own = leftOut.filter((picture) => picture[by] === value);
  const fakes = own
    .filter(({ label }) => label === "fake")
    // One row of the table, however many generators a source holds.
    .map((picture) => ({ ...picture, generator: value }));
  const reals = heldOut.filter(({ label }) => label === "real");
  const ownReals = own.filter(({ label }) => label === "real");
  const { falseAlarms } = figuresOf(ownReals, threshold);
  return { ...figuresOf([...reals, ...fakes], threshold), falseAlarms };
}

function sideOf(
  plan: Plan,
  measuredOn: string,
  measured: readonly Measured[],
  figures: (one: Measured) => Figures | null,
): Side {
  const jobs = plan.jobs.filter(({ leftOut }) => !leftOut);
  const fractions = [...new Set(jobs.map(({ fraction }) => fraction))];
  const bySeed = (arm: string, fraction: number, value: (of: Figures) => number | undefined) =>
    new Map(
      measured
        .filter(({ job }) => job.arm === arm && job.fraction === fraction)
        .map((one) => {
          const of = figures(one);
          return [one.job.seed, (of && value(of)) ?? Number.NaN] as const;
        }),
    );
  const arms: ArmRow[] = [];
  const contrasts: ContrastRow[] = [];
  for (const fraction of fractions) {
    for (const { name, says } of ARMS) {
      const seeds = jobs.filter((job) => job.arm === name && job.fraction === fraction).length;
      if (seeds === 0) continue;
      const over = (value: (of: Figures) => number | undefined) =>
        summarise(bySeed(name, fraction, value).values());
      const known = measured
        .filter(({ job }) => job.arm === name && job.fraction === fraction)
        .map(figures);
      const each = (
        keysOf: (of: Figures) => object,
        value: (of: Figures, key: string) => number | undefined,
      ) => {
        const keys = new Set(known.flatMap((of) => (of ? Object.keys(keysOf(of)) : [])));
        return Object.fromEntries(
          [...keys].sort().map((key) => [key, over((of) => value(of, key))]),
        );
      };
      arms.push({
        arm: name,
        says,
        fraction,
        seeds,
        auc: over(({ auc }) => auc),
        generatorMean: over(({ generatorMean }) => generatorMean),
        found: over(({ found }) => found),
        falseAlarms: over(({ falseAlarms }) => falseAlarms),
        generators: each(
          ({ generators }) => generators,
          ({ generators }, key) => generators[key]?.sameMedium,
        ),
        falseAlarmsBySource: each(
          ({ falseAlarmsBySource }) => falseAlarmsBySource,
          ({ falseAlarmsBySource }, key) => falseAlarmsBySource[key],
        ),
      });
    }
    for (const [arm, against] of CONTRASTS) {
      const has = (name: string) => jobs.some((job) => job.arm === name);
      if (!has(arm) || !has(against)) continue;
      const compare = (value: (of: Figures) => number) =>
        pairedDifference(bySeed(arm, fraction, value), bySeed(against, fraction, value));
      contrasts.push({
        arm,
        against,
        fraction,
        auc: compare(({ auc }) => auc),
        generatorMean: compare(({ generatorMean }) => generatorMean),
      });
    }
  }
  return { measuredOn, arms, contrasts };
}

function leftOutRows(plan: Plan, measured: readonly Measured[]): LeftOutRow[] {
  const rows = new Map<string, Job[]>();
  for (const job of plan.jobs) {
    if (!job.leftOut) continue;
    const key = `${job.leftOut.by} ${job.leftOut.value}`;
    rows.set(key, [...(rows.get(key) ?? []), job]);
  }
  return [...rows.values()].map((jobs) => {
    const [{ arm, fraction, leftOut: name }] = jobs as [Job];
    const { by, value } = name as NonNullable<Job["leftOut"]>;
    const done = measured.filter(({ job }) => jobs.includes(job));
    const over = (figure: (of: Figures) => number | undefined): BySeed =>
      new Map(
        done.map(({ job, leftOut }) => [job.seed, (leftOut && figure(leftOut)) ?? Number.NaN]),
      );
    const unseen = over(({ generators }) => generators[value]?.sameMedium);
    const seen: BySeed = new Map(
      measured
        .filter(({ job }) => job.arm === arm && job.fraction === fraction && !job.leftOut)
        .map(({ job, heldOut }) => [job.seed, whenTrainedOn(heldOut, by, value)]),
    );
    const [first] = done;
    return {
      by,
      value,
      arm,
      fraction,
      seeds: jobs.length,
      pictures: first?.leftOut?.fakes ?? 0,
      groups: first?.leftOut?.generators[value]?.groups ?? 0,
      sameMedium: summarise(unseen.values()),
      allReals: summarise(over(({ auc }) => auc).values()),
      found: summarise(over(({ found }) => found).values()),
      whenTrainedOn: summarise(seen.values()),
      difference: pairedDifference(unseen, seen),
      falseAlarms: summarise(over(({ falseAlarms }) => falseAlarms).values()),
    };
  });
}

function whenTrainedOn(of: Figures, by: LeaveOutBy, value: string): number {
  const own = by === "generator" ? of.generators[value] : of.sources[value];
  return own?.sameMedium ?? Number.NaN;
}

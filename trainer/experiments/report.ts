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
    const isScored = await isDone(table, job.score);
    const isFinalScored = job.final !== null && (await isDone(table, job.final));
    if (!isScored || (job.final !== null && !isFinalScored)) missing.push(job.name);
    if (isScored) measured.push(await measure(job, table, isFinalScored));
  }
  return {
    heldOut: sideOf(plan, "held-out groups", measured, ({ heldOut }) => heldOut),
    final: finalSplit === null ? null : sideOf(plan, finalSplit, measured, ({ final }) => final),
    leftOut: leftOutRows(plan, measured),
    missing,
    omitted: plan.omitted,
  };
}

async function measure(job: Job, table: string, isFinalScored: boolean): Promise<Measured> {
  const scores = await readScores(stepFolder(table, job.score));
  const of = (side: string) => scores.filter((picture) => picture.side === side);
  const heldOut = of("held-out");
  const threshold = heldOutThreshold(heldOut);
  const final = job.final && isFinalScored ? await readScores(stepFolder(table, job.final)) : null;
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

/** Figures of one arm and fraction, by seed; seeds that are not done are not there. */
type FiguresBySeed = ReadonlyMap<number, Figures>;

function sideOf(
  plan: Plan,
  measuredOn: string,
  measured: readonly Measured[],
  figuresOn: (one: Measured) => Figures | null,
): Side {
  const jobs = plan.jobs.filter(({ leftOut }) => !leftOut);
  const fractions = [...new Set(jobs.map(({ fraction }) => fraction))];
  const seedsOf = (arm: string, fraction: number) =>
    jobs.filter((job) => job.arm === arm && job.fraction === fraction).length;
  const figures = (arm: string, fraction: number): FiguresBySeed =>
    new Map(
      measured.flatMap((one) => {
        const { job } = one;
        const isWanted = job.arm === arm && job.fraction === fraction && !job.leftOut;
        const of = isWanted ? figuresOn(one) : null;
        return of ? [[job.seed, of] as const] : [];
      }),
    );
  return {
    measuredOn,
    arms: fractions.flatMap((fraction) =>
      ARMS.filter(({ name }) => seedsOf(name, fraction) > 0).map(({ name, says }) => ({
        arm: name,
        says,
        fraction,
        seeds: seedsOf(name, fraction),
        ...armFigures(figures(name, fraction)),
      })),
    ),
    contrasts: fractions.flatMap((fraction) =>
      CONTRASTS.filter((arms) => arms.every((arm) => seedsOf(arm, fraction) > 0)).map(
        ([arm, against]) => {
          const [first, second] = [figures(arm, fraction), figures(against, fraction)];
          const compare = (value: (of: Figures) => number) =>
            pairedDifference(bySeed(first, value), bySeed(second, value));
          return {
            arm,
            against,
            fraction,
            auc: compare(({ auc }) => auc),
            generatorMean: compare(({ generatorMean }) => generatorMean),
          };
        },
      ),
    ),
  };
}

function armFigures(of: FiguresBySeed): Omit<ArmRow, "arm" | "says" | "fraction" | "seeds"> {
  const over = (value: (of: Figures) => number | undefined) =>
    summarise(bySeed(of, value).values());
  const each = (
    keysOf: (of: Figures) => object,
    value: (of: Figures, key: string) => number | undefined,
  ) => {
    const keys = new Set([...of.values()].flatMap((figures) => Object.keys(keysOf(figures))));
    return Object.fromEntries([...keys].sort().map((key) => [key, over((one) => value(one, key))]));
  };
  return {
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
  };
}

function bySeed(of: FiguresBySeed, value: (of: Figures) => number | undefined): BySeed {
  return new Map([...of].map(([seed, figures]) => [seed, value(figures) ?? Number.NaN]));
}

function leftOutRows(plan: Plan, measured: readonly Measured[]): LeftOutRow[] {
  const rows = new Map<string, Job[]>();
  for (const job of plan.jobs) {
    if (!job.leftOut) continue;
    const key = `${job.leftOut.by} ${job.leftOut.value}`;
    rows.set(key, [...(rows.get(key) ?? []), job]);
  }
  return [...rows.values()].map((jobs) => leftOutRow(jobs, measured));
}

/** @param jobs of one value that was left out: one for every seed. */
function leftOutRow(jobs: readonly Job[], measured: readonly Measured[]): LeftOutRow {
  const [{ arm, fraction, leftOut: name }] = jobs as [Job];
  const { by, value } = name as NonNullable<Job["leftOut"]>;
  const own: FiguresBySeed = new Map(
    measured.flatMap(({ job, leftOut }) =>
      leftOut && jobs.includes(job) ? [[job.seed, leftOut] as const] : [],
    ),
  );
  const whole: FiguresBySeed = new Map(
    measured
      .filter(({ job }) => job.arm === arm && job.fraction === fraction && !job.leftOut)
      .map(({ job, heldOut }) => [job.seed, heldOut]),
  );
  const unseen = bySeed(own, ({ generators }) => generators[value]?.sameMedium);
  const seen = bySeed(whole, ({ generators, sources }) =>
    by === "generator" ? generators[value]?.sameMedium : sources[value]?.sameMedium,
  );
  const over = (figure: (of: Figures) => number) => summarise(bySeed(own, figure).values());
  const [first] = own.values();
  return {
    by,
    value,
    arm,
    fraction,
    seeds: jobs.length,
    pictures: first?.fakes ?? 0,
    groups: first?.generators[value]?.groups ?? 0,
    sameMedium: summarise(unseen.values()),
    allReals: over(({ auc }) => auc),
    found: over(({ found }) => found),
    whenTrainedOn: summarise(seen.values()),
    difference: pairedDifference(unseen, seen),
    falseAlarms: over(({ falseAlarms }) => falseAlarms),
  };
}

// Which rows each stage may see. All four sides come from one split, so that no group is fitted in
// one stage and measured in another.
import type { FaceRow } from "../datasets/manifest";
import { splitByGroup } from "../datasets/split";
import { labelledGroups } from "../datasets/splits/fractions";
import { ranked } from "../datasets/splits/rank";
import { type CommonSettings, FITTED_SPLITS, type LeaveOut } from "./common-settings";

export type SplitSettings = Pick<CommonSettings, "heldOutShare" | "splits" | "leaveOut" | "seed">;

export interface TrainingSides {
  fit: FaceRow[];
  /** For choices, temperature and thresholds. */
  heldOut: FaceRow[];
  /** What `leaveOut` names, as far as nobody in it is fitted; empty where it names nothing. */
  leftOut: FaceRow[];
}

/**
 * The labelled rows of the splits that are fitted, by side. The split itself does not depend on
 * `leaveOut`, so that experiments that leave out different things hold out the same groups; nor does
 * what is held out of `train` depend on other `splits`, so that a refit can go on from an encoder or a
 * teacher of the run before it.
 *
 * @throws Error if `splits` or `leaveOut` name what the rows do not have.
 */
export function trainingSplit(rows: readonly FaceRow[], settings: SplitSettings): TrainingSides {
  const isLeftOut = leftOutTest(rows, settings.leaveOut);
  const parts = fittedSplits(rows, settings.splits).map((name) => {
    const own = rows.filter(({ split, label }) => split === name && label !== "unlabelled");
    return { own, ...splitByGroup(own, settings.heldOutShare, settings.seed) };
  });
  const apart = parts.flatMap(({ heldOut }) => heldOut);
  // A group of two splits may be held out of one of them alone.
  const unseen = new Set(apart.map(({ group }) => group));
  const fit = parts
    .flatMap((part) => part.fit)
    .filter((row) => !isLeftOut(row) && !unseen.has(row.group));
  const fitted = new Set(fit.map(({ group }) => group));
  return {
    fit,
    heldOut: apart.filter((row) => !isLeftOut(row)),
    leftOut: parts
      .flatMap(({ own }) => own)
      .filter((row) => isLeftOut(row) && !fitted.has(row.group)),
  };
}

/** What figures on `heldOut` are said to be of. */
export function heldOutName({ splits = FITTED_SPLITS }: Pick<SplitSettings, "splits">): string {
  return `${splits.join(" and ")}, held-out groups`;
}

/** @throws Error if the data have no such split. */
function fittedSplits(rows: readonly FaceRow[], splits = FITTED_SPLITS): readonly string[] {
  const added = splits.filter((name) => !FITTED_SPLITS.includes(name));
  requireKnown("splits names", "split", added, rows);
  return splits;
}

export interface PretrainingSides {
  /** What pretraining sees, whatever its label. */
  seen: FaceRow[];
  /** Those of them with a label, for the monitor's bank. */
  bank: FaceRow[];
  /** Labelled pictures of groups that pretraining does not see. */
  heldOut: FaceRow[];
}

/**
 * Everything but `val` and `test` (unless they are fitted), what is left out, and the groups held out
 * as in the later stages.
 */
export function pretrainingSides(
  rows: readonly FaceRow[],
  settings: SplitSettings & { bankSize: number },
): PretrainingSides {
  const isLeftOut = leftOutTest(rows, settings.leaveOut);
  const { fit, heldOut, leftOut } = trainingSplit(rows, settings);
  const unseen = new Set([...heldOut, ...leftOut].map(({ group }) => group));
  const measuredOn = ["val", "test"].filter((name) => !settings.splits?.includes(name));
  const unlabelled = rows.filter(
    (row) =>
      !measuredOn.includes(row.split) &&
      row.label === "unlabelled" &&
      !unseen.has(row.group) &&
      !isLeftOut(row),
  );
  return {
    seen: [...fit, ...unlabelled],
    bank: ranked(fit, ({ file }) => file, settings.seed).slice(0, settings.bankSize),
    heldOut,
  };
}

/** The labelled rows that the fraction leaves; the other two sides it does not touch. */
export function teachingSides(
  rows: readonly FaceRow[],
  settings: SplitSettings & { labelFraction: number },
): TrainingSides {
  const { fit, ...measured } = trainingSplit(rows, settings);
  const kept = labelledGroups(fit, settings.labelFraction, settings.seed);
  return { fit: fit.filter(({ group }) => kept.has(group)), ...measured };
}

export interface DistillingSides {
  /** What the student sees; `unlabelled` wherever the label may not be used. */
  lessons: FaceRow[];
  /** How many of them keep their label. */
  labelled: number;
  heldOut: FaceRow[];
  leftOut: FaceRow[];
}

/** Everything that pretraining sees, with the labels that the teacher was allowed. */
export function distillingSides(
  rows: readonly FaceRow[],
  settings: SplitSettings & { labelFraction: number; useUnlabelled: boolean },
): DistillingSides {
  const { fit, heldOut, leftOut } = teachingSides(rows, settings);
  const labelled = new Set(fit);
  const { seen } = pretrainingSides(rows, { ...settings, bankSize: 0 });
  const lessons = seen
    .filter((row) => settings.useUnlabelled || labelled.has(row))
    .map((row) => (labelled.has(row) ? row : { ...row, label: "unlabelled" as const }));
  return { lessons, labelled: fit.length, heldOut, leftOut };
}

function leftOutTest(
  rows: readonly FaceRow[],
  { generators, sources }: LeaveOut = { generators: [], sources: [] },
): (row: FaceRow) => boolean {
  requireKnown("leaveOut names the generator", "generator", generators, rows);
  requireKnown("leaveOut names the source", "source", sources, rows);
  return ({ generator, source }) => generators.includes(generator) || sources.includes(source);
}

/** A misspelt name would do nothing, and leaving nothing out would look like a triumph. */
function requireKnown(
  what: string,
  key: "generator" | "source" | "split",
  names: readonly string[],
  rows: readonly FaceRow[],
): void {
  if (names.length === 0) return;
  const known = new Set(rows.map((row) => row[key]));
  for (const name of names)
    if (!known.has(name))
      throw new Error(
        `${what} ${JSON.stringify(name)}, which the data do not have; ` +
          `they have ${[...known].sort().join(", ")}`,
      );
}

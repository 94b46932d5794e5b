// Which rows each stage may see. All four sides come from one split, so that no group is fitted in
// one stage and measured in another.
import type { FaceRow } from "../datasets/manifest";
import { splitByGroup } from "../datasets/split";
import { labelledGroups } from "../datasets/splits/fractions";
import { ranked } from "../datasets/splits/rank";
import type { CommonSettings, LeaveOut } from "./common-settings";

export type SplitSettings = Pick<CommonSettings, "heldOutShare" | "leaveOut" | "seed">;

export interface TrainingSides {
  fit: FaceRow[];
  /** For choices, temperature and thresholds. */
  heldOut: FaceRow[];
  /** What `leaveOut` names, as far as nobody in it is fitted; empty where it names nothing. */
  leftOut: FaceRow[];
}

/**
 * The labelled rows of the `train` split, by side. The split itself does not depend on `leaveOut`, so
 * that experiments that leave out different things hold out the same groups.
 *
 * @throws Error if `leaveOut` names what the rows do not have.
 */
export function trainingSplit(rows: readonly FaceRow[], settings: SplitSettings): TrainingSides {
  const isLeftOut = leftOutTest(rows, settings.leaveOut);
  const labelled = rows.filter(({ split, label }) => split === "train" && label !== "unlabelled");
  const split = splitByGroup(labelled, settings.heldOutShare, settings.seed);
  const fit = split.fit.filter((row) => !isLeftOut(row));
  const fitted = new Set(fit.map(({ group }) => group));
  return {
    fit,
    heldOut: split.heldOut.filter((row) => !isLeftOut(row)),
    leftOut: labelled.filter((row) => isLeftOut(row) && !fitted.has(row.group)),
  };
}

export interface PretrainingSides {
  /** What pretraining sees, whatever its label. */
  seen: FaceRow[];
  /** Those of them with a label, for the monitor's bank. */
  bank: FaceRow[];
  /** Labelled pictures of groups that pretraining does not see. */
  heldOut: FaceRow[];
}

/** Everything but `val`, `test`, what is left out, and the groups held out as in the later stages. */
export function pretrainingSides(
  rows: readonly FaceRow[],
  settings: SplitSettings & { bankSize: number },
): PretrainingSides {
  const isLeftOut = leftOutTest(rows, settings.leaveOut);
  const { fit, heldOut, leftOut } = trainingSplit(rows, settings);
  const unseen = new Set([...heldOut, ...leftOut].map(({ group }) => group));
  const unlabelled = rows.filter(
    (row) =>
      row.split !== "val" &&
      row.split !== "test" &&
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
  requireKnown("generator", generators, rows);
  requireKnown("source", sources, rows);
  return ({ generator, source }) => generators.includes(generator) || sources.includes(source);
}

/** A misspelt name would leave nothing out, and the experiment would look like a triumph. */
function requireKnown(
  key: "generator" | "source",
  names: readonly string[],
  rows: readonly FaceRow[],
): void {
  const known = new Set(rows.map((row) => row[key]));
  for (const name of names)
    if (!known.has(name))
      throw new Error(
        `leaveOut names the ${key} ${JSON.stringify(name)}, which the data do not have; ` +
          `they have ${[...known].sort().join(", ")}`,
      );
}

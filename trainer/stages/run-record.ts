// What a run's folder says of itself in `settings.json`: the settings of its stage, and from what it
// went on, all the way back. The card's recipe is written from it.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { StudentCard } from "../../model/package/card";
import { type CommonSettings, FITTED_SPLITS } from "./common-settings";
import type { DistilSettings } from "./distil-settings";
import type { PretrainSettings } from "./pretrain-settings";
import type { SuperviseSettings } from "./settings";
import { TEACH_DEFAULTS, type TeachSettings } from "./teach-settings";

/** Where weights come from that no stage trained. */
export type PublishedWeights = "imagenet" | "random";

/** A student may also start as a cut of its teacher. */
export type DistilStart = PublishedWeights | "teacher";

/** A finished student that goes on learning, with what its card says of its past. */
export interface PackagedStudent {
  name: string;
  version: string;
  recipe: string;
  /** Splits it was fitted on; absent: `train` alone. */
  splits?: string[];
  /** Whether only its first blocks go on: a smaller student. Absent: all of it. */
  isCut?: true;
}

export type PretrainRecord = PretrainSettings & { stage: "pretrain"; initial: PublishedWeights };

export type TeachRecord = TeachSettings & {
  stage: "teach";
  initial: PublishedWeights | PretrainRecord | PackagedStudent;
};

export type DistilRecord = DistilSettings & {
  stage: "distil";
  initial: DistilStart | PackagedStudent;
  /** A run's network, or a packaged student. */
  teacher: StudentRecord | PackagedStudent;
  /** Those whose opinions are averaged with the teacher's; absent: none. */
  otherTeachers?: (StudentRecord | PackagedStudent)[];
};

/** The mean of a packaged student and of students that went on from it. */
export type AverageRecord = CommonSettings &
  Pick<TeachSettings, "architecture" | "labelFraction"> & {
    stage: "average";
    /** Nothing is trained. */
    steps: 0;
    initial: PackagedStudent;
    members: StudentRecord[];
    /** The mean is of the members alone. */
    withoutStart?: true;
  };

/** Stages that end in a network with outputs. */
export type StudentRecord = TeachRecord | DistilRecord | AverageRecord;

export const STUDENT_STAGES = ["teach", "distil", "average"] as const;

/** What a record keeps of a package's card. */
export function packagedStudent({ name, version, training }: StudentCard): PackagedStudent {
  const { recipe, splits } = training;
  return { name, version, recipe, ...(splits ? { splits } : {}) };
}

/** Whether the run began with the student of this very card. */
export function wentOnFrom({ initial }: StudentRecord, card: StudentCard): boolean {
  return JSON.stringify(initial) === JSON.stringify(packagedStudent(card));
}

/** At least one. */
export function teachersOf({ teacher, otherTeachers = [] }: DistilRecord) {
  return [teacher, ...otherTeachers];
}

/** What the record went on from, as far as it was trained. */
function trainedBefore(record: PretrainRecord | StudentRecord) {
  const others =
    record.stage === "distil"
      ? teachersOf(record)
      : record.stage === "average"
        ? record.members
        : [];
  const starts = [record.initial, ...others];
  return starts.filter((start) => typeof start === "object");
}

/** Splits that any stage was fitted on, all the way back. */
export function fittedSplitsOf(record: PretrainRecord | StudentRecord | PackagedStudent): string[] {
  const before = "stage" in record ? trainedBefore(record).flatMap(fittedSplitsOf) : [];
  return [...new Set([...(record.splits ?? FITTED_SPLITS), ...before])];
}

const FILE = "settings.json";

export async function saveRunRecord(
  folder: string,
  record: PretrainRecord | StudentRecord,
): Promise<void> {
  await writeFile(join(folder, FILE), `${JSON.stringify(record, null, 2)}\n`);
}

/** @throws Error if the folder holds no run, or one of another stage. */
export async function readRunRecord<S extends (PretrainRecord | StudentRecord)["stage"]>(
  folder: string,
  ...stages: S[]
): Promise<Extract<PretrainRecord | StudentRecord, { stage: S }>> {
  const wanted = stages.join(" or ");
  let found: Partial<PretrainRecord | StudentRecord>;
  try {
    found = JSON.parse(await readFile(join(folder, FILE), "utf8"));
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new Error(
      isMissing
        ? `${folder} holds no run of \`${wanted}\``
        : `${join(folder, FILE)} cannot be read: ${(error as Error).message}`,
    );
  }
  const record = found.stage
    ? found
    : ofUnnamedStage(found as PretrainSettings | SuperviseSettings);
  if (!stages.includes(record.stage as S))
    throw new Error(`${folder} holds a run of \`${record.stage}\`, not of \`${wanted}\``);
  return record as Extract<PretrainRecord | StudentRecord, { stage: S }>;
}

/** Version 0.1.0 did not name the stage: supervised training on all labels, or pretraining. */
function ofUnnamedStage(
  settings: PretrainSettings | SuperviseSettings,
): PretrainRecord | TeachRecord {
  if ("K" in settings) return { ...settings, stage: "pretrain", initial: "imagenet" };
  const probe = { ...TEACH_DEFAULTS.probe, steps: 0 };
  return { ...settings, stage: "teach", initial: "imagenet", labelFraction: 1, probe };
}

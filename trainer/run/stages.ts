// The training stages of a run, each from the configuration and the folder of the stage before.
import type { StudentCard } from "../../model/package/card";
import { type PackageFiles, verifyPackage } from "../../model/package/student";
import type { StudentArchitecture } from "../../model/student/architecture";
import type { TrainerConfig } from "../config/schema";
import {
  distilSettings,
  pretrainSettings,
  superviseSettings,
  teachSettings,
} from "../config/stage-settings";
import { studentNamed } from "../distillation/family";
import { inheritedParameters } from "../distillation/inherit";
import type { Teacher } from "../distillation/teachers";
import { networkOf } from "../emission/graph-model";
import { unfoldedParameters } from "../emission/unfold";
import type { Freeze } from "../network/learning-encoder";
import type { Parameters } from "../network/parameters";
import { distil, studentStart } from "../stages/distil";
import type { DistilSettings } from "../stages/distil-settings";
import { type PretrainedEncoder, pretrain, readPretrainedEncoder } from "../stages/pretrain";
import {
  type DistilRecord,
  type PackagedStudent,
  packagedStudent,
  type StudentRecord,
  type TeachRecord,
} from "../stages/run-record";
import { teach } from "../stages/teach";
import type { TeachSettings } from "../stages/teach-settings";
import { readTrainedStudent, requireFinished } from "../stages/trained-student";
import { initialParameters } from "../weights/initial";
import type { RunFolders } from "./folders";

/** What a stage of a run needs to know. */
export interface StageJob {
  config: TrainerConfig;
  /** Folder of the pictures. */
  data: string;
  folders: RunFolders;
  /** When aborted, the step under way is finished and saved. */
  signal?: AbortSignal;
  onStep?: (step: number, loss: number, picturesPerSecond: number) => void;
  onMessage?: (message: string) => void;
}

/** Every stage returns what it trained, or null if it was interrupted (and saved). */
export type Stage = (job: StageJob) => Promise<Parameters | null>;

export const pretrainStage: Stage = async ({ config, folders, ...job }) => {
  const settings = pretrainSettings(config);
  const { initial: origin } = config.pretrain;
  const initial = await initialParameters(origin, settings.architecture, settings.seed);
  return pretrain({ ...job, run: folders.pretrain, settings, initial, origin });
};

/** @throws Error if stage 1 is wanted and is not done, or was done for another network. */
export const teachStage: Stage = async ({ config, folders, ...job }) => {
  const settings = teachSettings(config);
  const { architecture, seed } = settings;
  const { initial } = config.teach;
  const run = folders.teacher;
  if (initial !== "pretrained") {
    const encoder = await initialParameters(initial, architecture, seed);
    return teach({ ...job, run, settings, encoder, origin: initial });
  }
  const from = await finishedEncoder(folders.pretrain, settings, job.onMessage);
  requireSameNetwork(folders.pretrain, from.settings.architecture, architecture);
  return teach({ ...job, run, settings, encoder: from.encoder, origin: from.settings });
};

/**
 * The comparison without distillation: the student taught as the teacher is.
 *
 * @param student files of a package whose student goes on learning, instead of `supervise.initial`.
 * @throws Error if stage 1 is wanted and is not done, or the package's student looks at other crops.
 * @throws RangeError if the student is no cut of stage 1's encoder.
 */
export async function superviseStage(
  { config, folders, ...job }: StageJob,
  { student }: { student?: PackageFiles } = {},
): Promise<Parameters | null> {
  const settings = superviseSettings(config);
  const { architecture, seed } = settings;
  const { initial } = config.supervise;
  const begin = (encoder: Parameters, origin: TeachRecord["initial"]) =>
    teach({ ...job, run: folders.supervised, settings, encoder, origin });
  if (student) {
    const { parameters, origin } = await goingOn(student, settings, job.onMessage);
    return begin(parameters, origin);
  }
  if (initial !== "pretrained")
    return begin(await initialParameters(initial, architecture, seed), initial);
  const from = await finishedEncoder(folders.pretrain, settings, job.onMessage);
  const whole = { architecture: from.settings.architecture, parameters: from.encoder };
  return begin(inheritedParameters(architecture, whole), from.settings);
}

/** Where stage 3 begins, other than the run and the configuration say. */
export interface DistilFrom {
  /**
   * Instead of this run's teacher, whose opinions are averaged: each the folder of any run with outputs, or files
   * of a package.
   */
  teachers?: readonly (string | PackageFiles)[];
  /** Files of a package whose student goes on learning, instead of `distil.initial`. */
  student?: PackageFiles;
}

/**
 * @throws Error if a teacher is not done, a teacher or the student look at other crops, or a package's weights go on
 *   learning without `freeze`.
 */
export async function distilStage(
  { config, folders, ...job }: StageJob,
  { teachers: sources = [folders.teacher], student }: DistilFrom = {},
): Promise<Parameters | null> {
  const settings = distilSettings(config);
  const found: FoundTeacher[] = [];
  for (const source of sources)
    found.push(
      typeof source === "string"
        ? await teacherOfRun(source, settings, job.onMessage)
        : await packagedTeacher(source, settings, job.onMessage),
    );
  const [first, ...others] = found as [FoundTeacher, ...FoundTeacher[]];
  const begin = (initial: Parameters, origin: DistilRecord["initial"]) =>
    distil({
      ...job,
      run: folders.student,
      settings,
      teachers: found.map(({ teacher }) => teacher),
      initial,
      origin: {
        initial: origin,
        teacher: first.origin,
        ...(others.length > 0 ? { otherTeachers: others.map((other) => other.origin) } : {}),
      },
    });
  if (student) {
    const { parameters, origin } = await goingOn(student, settings, job.onMessage);
    return begin(parameters, origin);
  }
  const { initial } = config.distil;
  if (initial === "teacher" && typeof sources[0] !== "string")
    requireKeptStatistics(settings.freeze);
  return begin(await studentStart(initial, first.teacher, settings), initial);
}

interface FoundTeacher {
  teacher: Teacher;
  origin: DistilRecord["teacher"];
}

async function teacherOfRun(
  folder: string,
  now: DistilSettings,
  onMessage: StageJob["onMessage"],
): Promise<FoundTeacher> {
  const { settings, parameters, step } = await readTrainedStudent(folder);
  requireFinished(folder, step, settings.steps);
  requireSameCrops(`the teacher in ${folder}`, settings.cropMargin, now.cropMargin);
  warnOfOtherSides(folder, settings, now, onMessage);
  return { teacher: { architecture: settings.architecture, parameters }, origin: settings };
}

async function packagedTeacher(
  files: PackageFiles,
  { cropMargin }: DistilSettings,
  onMessage: StageJob["onMessage"],
): Promise<FoundTeacher> {
  const card = await verifiedCard("teacher", files, cropMargin, onMessage);
  const architecture = studentNamed(card.architecture.name);
  const parameters = unfoldedParameters(architecture, networkOf(files));
  return { teacher: { architecture, parameters }, origin: packagedStudent(card) };
}

/** The card of an unharmed package that looks at the run's crops; says what it cannot tell. */
async function verifiedCard(
  role: "teacher" | "student",
  files: PackageFiles,
  cropMargin: number,
  onMessage: StageJob["onMessage"] = () => {},
): Promise<StudentCard> {
  const card = await verifyPackage(files);
  const { name, version } = card;
  requireSameCrops(`the ${role} ${name} ${version}`, card.cropMargin, cropMargin);
  onMessage(
    `warning: a package does not say whom its student has seen: unless ${name} ${version} held out the ` +
      "same groups, figures on this run's are too good",
  );
  return card;
}

/** A packaged student's parameters, and what the record says of where they come from. */
async function goingOn(
  files: PackageFiles,
  { architecture, cropMargin, freeze }: DistilSettings | TeachSettings,
  onMessage: StageJob["onMessage"],
): Promise<{ parameters: Parameters; origin: PackagedStudent }> {
  requireKeptStatistics(freeze);
  const card = await verifiedCard("student", files, cropMargin, onMessage);
  const isCut = studentNamed(card.architecture.name).blocks.length > architecture.blocks.length;
  return {
    parameters: unfoldedParameters(architecture, networkOf(files)),
    origin: { ...packagedStudent(card), ...(isCut ? { isCut } : {}) },
  };
}

async function finishedEncoder(
  folder: string,
  settings: Sides,
  onMessage: StageJob["onMessage"],
): Promise<PretrainedEncoder> {
  const from = await readPretrainedEncoder(folder);
  requireFinished(folder, from.step, from.settings.steps);
  warnOfOtherSides(folder, from.settings, settings, onMessage);
  return from;
}

function requireSameCrops(who: string, found: number, wanted: number): void {
  if (found !== wanted)
    throw new Error(`${who} looks at crops of margin ${found}, and data.cropMargin is ${wanted}`);
}

function requireSameNetwork(
  folder: string,
  found: StudentArchitecture,
  wanted: StudentArchitecture,
): void {
  if (found.name !== wanted.name)
    throw new Error(
      `the run in ${folder} is of the network ${found.name}, and ${wanted.name} is asked for`,
    );
}

function requireKeptStatistics(freeze: Freeze = "none"): void {
  if (freeze === "none")
    throw new Error(
      "a package holds no statistics of batch norm: give the stage's freeze, which keeps what is there",
    );
}

type Sides = Pick<StudentRecord, "seed" | "heldOutShare" | "leaveOut">;

/** A stage before may have fitted what this one holds out: allowed, but not in silence. */
function warnOfOtherSides(
  folder: string,
  before: Sides,
  now: Sides,
  onMessage: StageJob["onMessage"] = () => {},
): void {
  const sides = ({ seed, heldOutShare, leaveOut }: Sides) =>
    JSON.stringify([seed, heldOutShare, leaveOut?.generators ?? [], leaveOut?.sources ?? []]);
  if (sides(before) !== sides(now))
    onMessage(
      `warning: the run in ${folder} held out other groups (another seed, heldOutShare or leaveOut); ` +
        "figures on this run's held-out groups will be too good",
    );
}

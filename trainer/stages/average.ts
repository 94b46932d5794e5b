// The mean of the weights of students that went on from one and the same: they lie in one valley, and
// its middle is better on what none of them saw than its sides are (Wortsman et al., "Model soups",
// ICML 2022; with the student they went on from, "Robust fine-tuning of zero-shot models", CVPR 2022).
import { type PackageFiles, verifyPackage } from "../../model/package/student";
import { networkOf } from "../emission/graph-model";
import { unfoldedParameters } from "../emission/unfold";
import { flatLayout, flatten } from "../network/flat-parameters";
import { isTrainable, type Parameters } from "../network/parameters";
import { saveCheckpoint } from "./checkpoint";
import { runFingerprint } from "./fingerprint";
import {
  type AverageRecord,
  type PackagedStudent,
  packagedStudent,
  saveRunRecord,
} from "./run-record";
import { readTrainedStudent, requireFinished, type TrainedStudent } from "./trained-student";

/**
 * Averages the trained students of runs, and with them the packaged student they went on from, every
 * one counting the same.
 *
 * @param folders of the runs, each that of its student.
 * @param start files of the package that all of them went on from.
 * @param run folder that gets the record and the checkpoint, as a training stage leaves them.
 * @throws Error if one is not finished, went on from another student, or differs in what stages must agree on.
 */
export async function average(
  folders: readonly string[],
  start: PackageFiles,
  run: string,
): Promise<AverageRecord> {
  const students = await Promise.all(folders.map((folder) => readTrainedStudent(folder)));
  const [first] = students;
  if (!first)
    throw new Error("an average needs a run or more beside the student they went on from");
  const before = packagedStudent(await verifyPackage(start));
  students.forEach((student, i) => {
    const folder = folders[i] as string;
    requireFinished(folder, student.step, student.settings.steps);
    requireFrom(before, student, folder);
    requireAgreement(first, student, folder);
  });
  const record: AverageRecord = {
    ...agreed(first),
    workers: first.settings.workers,
    stage: "average",
    steps: 0,
    initial: before,
    members: students.map(({ settings }) => settings),
  };
  const own = unfoldedParameters(record.architecture, networkOf(start));
  const all = [own, ...students.map(({ parameters }) => parameters)];
  const weights = mean(all.map((parameters) => flat(parameters, isTrainable)));
  // A package holds none of batch norm, so whoever went on from it has kept those it began with.
  const statistics = flat(own, (name) => !isTrainable(name));
  const nothing = new Float32Array(weights.length);
  await saveCheckpoint(run, {
    step: 0,
    weights,
    m: nothing,
    v: nothing,
    ema: weights,
    statistics,
    emaStatistics: statistics,
    fingerprint: runFingerprint({ ...record, checkpointEvery: 0 }, [], own),
  });
  await saveRunRecord(run, record);
  return record;
}

function flat(parameters: Parameters, include: (name: string) => boolean): Float32Array {
  return flatten(flatLayout(parameters, include), parameters);
}

function mean(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors as [Float32Array];
  return first.map(
    (_, i) => vectors.reduce((sum, v) => sum + (v[i] as number), 0) / vectors.length,
  );
}

function requireFrom(start: PackagedStudent, { settings }: TrainedStudent, folder: string): void {
  const { initial } = settings;
  const isFrom =
    typeof initial === "object" &&
    "version" in initial &&
    JSON.stringify(initial) === JSON.stringify(start);
  if (!isFrom || settings.stage === "average")
    throw new Error(
      `the student in ${folder} did not go on from ${start.name} ${start.version}: ` +
        "the mean of students that have nothing in common is none",
    );
}

/** What every stage must agree on, and the network. */
function agreed({ settings }: TrainedStudent) {
  const { architecture, cropMargin, heldOutShare, splits, leaveOut, seed, labelFraction } =
    settings;
  return { architecture, cropMargin, heldOutShare, splits, leaveOut, seed, labelFraction };
}

function requireAgreement(a: TrainedStudent, b: TrainedStudent, folder: string): void {
  const [one, other] = [agreed(a), agreed(b)];
  for (const key of Object.keys(one) as (keyof typeof one)[])
    if (JSON.stringify(one[key]) !== JSON.stringify(other[key]))
      throw new Error(`the student in ${folder} has another ${key} than the first one`);
}

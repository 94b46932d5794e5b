// The mean of the weights of students that went on from one and the same: they lie in one valley, and
// its middle can be better on what none of them saw than its sides are (Wortsman et al., "Model soups",
// ICML 2022; with the student they went on from, "Robust fine-tuning of zero-shot models", CVPR 2022).
import type { StudentCard } from "../../model/package/card";
import { type PackageFiles, verifyPackage } from "../../model/package/student";
import { networkOf } from "../emission/graph-model";
import { unfoldedParameters } from "../emission/unfold";
import { flatLayout, flatten } from "../network/flat-parameters";
import { isTrainable, type Parameters } from "../network/parameters";
import { saveCheckpoint } from "./checkpoint";
import { runFingerprint } from "./fingerprint";
import { type AverageRecord, packagedStudent, saveRunRecord, wentOnFrom } from "./run-record";
import { readTrainedStudent, requireFinished, type TrainedStudent } from "./trained-student";

/**
 * Averages the trained students of runs, every one counting the same, and with them the packaged
 * student they went on from.
 *
 * @param folders of the runs, each that of its student.
 * @param start files of the package that all of them went on from.
 * @param run folder that gets the record and the checkpoint, as a training stage leaves them.
 * @param withoutStart the packaged student itself does not count in.
 * @throws Error if fewer than two would count, or if one is not finished, went on from another student, or
 *   differs in what stages must agree on.
 */
export async function average(
  folders: readonly string[],
  start: PackageFiles,
  run: string,
  withoutStart?: true,
): Promise<AverageRecord> {
  const students = await Promise.all(folders.map((folder) => readTrainedStudent(folder)));
  const [first] = students;
  if (!first)
    throw new Error("an average needs a run or more beside the student they went on from");
  if (withoutStart && students.length === 1)
    throw new Error("one run alone has no average; without the student it went on from, give two");
  const card = await verifyPackage(start);
  students.forEach((student, i) => {
    const folder = folders[i] as string;
    requireFinished(folder, student.step, student.settings.steps);
    requireFrom(card, student, folder);
    requireAgreement(first, student, folder);
  });
  const record: AverageRecord = {
    ...agreed(first),
    workers: first.settings.workers,
    stage: "average",
    steps: 0,
    initial: packagedStudent(card),
    members: students.map(({ settings }) => settings),
    ...(withoutStart ? { withoutStart } : {}),
  };
  const own = withoutStart ? [] : [unfoldedParameters(record.architecture, networkOf(start))];
  // A package holds no statistics of batch norm, so all have kept those that they began with.
  const parameters = mean([...own, ...students.map((student) => student.parameters)]);
  const weights = flatten(flatLayout(parameters), parameters);
  const layout = flatLayout(parameters, (name) => !isTrainable(name));
  const statistics = flatten(layout, parameters);
  const nothing = new Float32Array(weights.length);
  await saveCheckpoint(run, {
    step: 0,
    weights,
    m: nothing,
    v: nothing,
    ema: weights,
    statistics,
    emaStatistics: statistics,
    fingerprint: runFingerprint({ ...record, checkpointEvery: 0 }, [], parameters),
  });
  await saveRunRecord(run, record);
  return record;
}

function mean(students: readonly Parameters[]): Parameters {
  const [first] = students as [Parameters];
  return new Map(
    [...first].map(([name, { shape, data }]) => {
      const all = students.map((parameters) => parameters.get(name)?.data as Float32Array);
      const sum = (i: number) => all.reduce((total, one) => total + (one[i] as number), 0);
      return [name, { shape, data: data.map((_, i) => sum(i) / all.length) }];
    }),
  );
}

function requireFrom(card: StudentCard, { settings }: TrainedStudent, folder: string): void {
  if (settings.stage === "average" || !wentOnFrom(settings, card))
    throw new Error(
      `the student in ${folder} did not go on from ${card.name} ${card.version}: ` +
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

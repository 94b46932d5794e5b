// Where the stages of one run lie.
import { access } from "node:fs/promises";
import { join } from "node:path";

export interface RunFolders {
  pretrain: string;
  teacher: string;
  /** The distilled student. */
  student: string;
  /** The student taught without a teacher, for comparison. */
  supervised: string;
  /** The finished student package. */
  package: string;
}

/** @param run the run's root. */
export function runFolders(run: string): RunFolders {
  return {
    pretrain: join(run, "pretrain"),
    teacher: join(run, "teacher"),
    student: join(run, "student"),
    supervised: join(run, "supervised"),
    package: join(run, "package"),
  };
}

/**
 * The folder of the student to pack: the one that `run` is, or the distilled one under it, or else
 * the supervised one.
 *
 * @throws Error if there is none.
 */
export async function studentFolder(run: string): Promise<string> {
  const { student, supervised } = runFolders(run);
  for (const folder of [run, student, supervised])
    if (await exists(join(folder, "settings.json"))) return folder;
  throw new Error(`${run} holds no student: neither ${student} nor ${supervised} is there`);
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

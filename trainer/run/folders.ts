// Where the data and the stages of one run lie.
import { access } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "../cache";
import { ConfigError } from "../config/read";
import type { TrainerConfig } from "../config/schema";

export interface RunFolders {
  /** Shards of face crops, where the run began with a data set. */
  faces: string;
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
    faces: join(run, "faces"),
    pretrain: join(run, "pretrain"),
    teacher: join(run, "teacher"),
    student: join(run, "student"),
    supervised: join(run, "supervised"),
    package: join(run, "package"),
  };
}

/** Root folder of the run. */
export function runFolder({ run }: TrainerConfig): string {
  return run ?? cacheFolder("runs", "scl-kd");
}

/**
 * Folder of the face crops: the one named, or the one that the run makes of a data set.
 *
 * @throws ConfigError if neither file nor command line names the data.
 */
export function dataFolder(config: TrainerConfig): string {
  if (config.data.folder) return config.data.folder;
  if (config.prepare.in) return runFolders(runFolder(config)).faces;
  throw new ConfigError("no data: give --data FOLDER, or data.folder in the file");
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

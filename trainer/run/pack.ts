// From a quantised student to its package: calibrate, write the folder, and once more as one file.
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { packArchive } from "../../model/package/archive";
import type { StudentCard } from "../../model/package/card";
import { PACKAGE_FILES } from "../../model/package/student";
import type { TrainerConfig } from "../config/schema";
import { writePackage } from "../emission/package";
import { type Calibration, calibrate } from "../stages/calibrate";
import type { PicturesDone } from "../stages/quantise";

export interface PackJob {
  /** Folder of the pictures. */
  data: string;
  /** Folder of the student, quantised already. */
  student: string;
  /** Folder of the package; beside it comes the same as `<out>.unmask`. */
  out: string;
  config: TrainerConfig;
  /** ISO date, for the card. */
  date: string;
  /** Card of the student that this run refits; see `figuresForRefit`. */
  figuresOf?: StudentCard;
  onPictures?: PicturesDone;
}

export async function packStudent(job: PackJob): Promise<Calibration> {
  const { data, student, out, date, figuresOf, onPictures } = job;
  const { rates, ...own } = job.config.calibrate;
  const options = { rates, figuresOf, onPictures };
  const calibration = await calibrate(data, student, { ...own, date }, options);
  await writePackage(out, calibration.files);
  await writeArchive(out);
  return calibration;
}

/** Writes the package in a folder once more as one file; again after its card has changed. */
export async function writeArchive(packageFolder: string): Promise<void> {
  const files = new Map<string, Uint8Array>();
  for (const name of PACKAGE_FILES) files.set(name, await readFile(join(packageFolder, name)));
  await writeFile(archivePath(packageFolder), packArchive(files));
}

/** The package as one file, which the extension's options page imports. */
export function archivePath(packageFolder: string): string {
  return `${packageFolder}.unmask`;
}

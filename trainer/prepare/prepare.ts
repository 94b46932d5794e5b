// prepare: videos and pictures → faces → square crops with landmarks → WebDataset tar shards. Reads
// the data set's own lists, keeps its split, and deals the work out over machines and threads.
import { createHash } from "node:crypto";
import { layoutNamed } from "../datasets/layouts/layouts";
import type { ReadOptions } from "../datasets/layouts/record";
import { ReadReport } from "../datasets/layouts/report";
import { prefixOf } from "../shards/prefix";
import { ShardWriter } from "../shards/writer";
import { OrderedLoader } from "../synthesis/ordered-loader";
import { ensureFfmpeg } from "./ffmpeg";
import { compileMediaPipe } from "./media-pipe-host";
import { type PlanOptions, planUnits, type Unit } from "./plan";
import { type PrepareReport, RunReport, readReport, writeReport } from "./prepare-report";
import type { PrepareSettings } from "./prepare-unit";
import type { UnitReply, UnitRequest, WorkerSetup } from "./worker";

export interface PrepareJob {
  /** Folder of the data set. */
  root: string;
  /** Id of its layout, or `auto`. */
  layout: string;
  out: string;
  settings: PrepareSettings;
  plan: Omit<PlanOptions, "frames">;
  reading: Pick<ReadOptions, "compression" | "sourceVideos">;
  shards: { maxBytes: number; maxRecords: number };
  workers: number;
  signal?: AbortSignal;
  onMessage?: (message: string) => void;
  onUnit?: (progress: { done: number; all: number; pictures: number }) => void;
}

export interface PrepareResult {
  /** False if it was interrupted; the same job goes on. */
  complete: boolean;
  /** Of the files: `<prefix>-000000.tar`, `<prefix>.index.json`, `<prefix>.report.json`. */
  prefix: string;
  report: PrepareReport;
}

/**
 * @throws DatasetError, ShardError naming the file that is wrong or cannot be written; finished
 *   shards stay, and the same job goes on after them.
 */
export async function prepare(job: PrepareJob): Promise<PrepareResult> {
  const { root, out, settings, signal, onMessage = () => {} } = job;
  const layout = await layoutNamed(job.layout, root);
  onMessage(`${root}: ${layout.name}`);
  const reading = new ReadReport();
  const units = await planUnits(
    root,
    layout,
    { ...job.plan, frames: settings.frames },
    { ...job.reading, report: reading, ...(signal ? { signal } : {}) },
  );
  const prefix = prefixOf(job.plan.shard);
  const writer = await ShardWriter.open({
    folder: out,
    prefix,
    plan: fingerprint(units, settings),
    ...job.shards,
  });
  const report = new RunReport(units.length, reading.findings);
  if (writer.isComplete) return { complete: true, prefix, report: await readReport(out, prefix) };
  if (writer.unitsDone > 0) {
    report.goOnFrom(await readReport(out, prefix));
    onMessage(`going on after ${writer.unitsDone} of ${units.length} units`);
  }
  const save = () => writeReport(out, prefix, report.toJSON());
  try {
    await prepareUnits(units, writer, report, save, job);
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  // The report first: an index that says "complete" must not stand beside an older one.
  await save();
  const complete = writer.unitsDone === units.length;
  if (complete) await writer.close();
  else await writer.pause();
  return { complete, prefix, report: report.toJSON() };
}

async function prepareUnits(
  units: readonly Unit[],
  writer: ShardWriter,
  report: RunReport,
  save: () => Promise<void>,
  { root, settings, workers, signal, onMessage = () => {}, onUnit = () => {} }: PrepareJob,
): Promise<void> {
  const first = writer.unitsDone;
  if (first >= units.length) return;
  const hasVideos = units.some(({ records: [record] }) => record?.kind === "video");
  const setup: WorkerSetup = {
    root,
    settings,
    ffmpeg: hasVideos ? await ensureFfmpeg(onMessage) : "",
    wasm: await compileMediaPipe(),
  };
  const threads = Math.min(workers, units.length - first);
  const loader = new OrderedLoader<UnitReply>(
    new URL("./worker.ts", import.meta.url),
    setup,
    threads,
    {
      // As many again, so that a long video does not leave the other threads idle.
      ahead: 2 * threads,
      count: units.length,
      messageOf: (index): UnitRequest => ({ index, unit: units[index] as Unit }),
    },
  );
  let pictures = 0;
  try {
    for (let i = first; i < units.length && !signal?.aborted; i++) {
      const { samples, findings, counts } = await loader.take(i);
      // What the report says is then true of the finished shards.
      if (await writer.writeUnit(samples)) await save();
      report.add(findings, counts);
      pictures += counts.pictures;
      onUnit({ done: i + 1, all: units.length, pictures });
    }
  } finally {
    await loader.close();
  }
}

/** Of everything that shapes the samples and their order; what only says how to run is left out. */
function fingerprint(units: readonly Unit[], settings: PrepareSettings): string {
  const hash = createHash("sha256").update(JSON.stringify(settings));
  for (const unit of units) hash.update(JSON.stringify(unit));
  return hash.digest("hex").slice(0, 16);
}

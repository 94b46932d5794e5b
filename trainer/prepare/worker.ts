// Worker thread: prepares the units it is sent, one after the other, with a face finder of its own.
import { parentPort, workerData } from "node:worker_threads";
import sharp from "sharp";
import type { MediaPipe } from "../../model/faces/media-pipe";
import { startFaceCode } from "./media-pipe-host";
import type { Unit } from "./plan";
import { type PreparedUnit, type PrepareSettings, prepareUnit } from "./prepare-unit";

/** What a worker is born with. */
export interface WorkerSetup {
  root: string;
  ffmpeg: string;
  settings: PrepareSettings;
  wasm: MediaPipe["wasm"];
}

export interface UnitRequest {
  index: number;
  unit: Unit;
}

export type UnitReply = PreparedUnit & { index: number };

const { settings, wasm, ...where } = workerData as WorkerSetup;
// One thread a worker: the machine's cores are the workers' to share.
sharp.concurrency(1);
sharp.cache(false);

const code = startFaceCode(wasm);
let last: Promise<void> = code.then(() => {});

parentPort?.on("message", (request: UnitRequest) => {
  // Two units at once would hold two videos' crops; failures end the thread, and with it the run.
  last = last.then(() => serve(request));
});

async function serve({ index, unit }: UnitRequest): Promise<void> {
  let prepared: PreparedUnit;
  try {
    prepared = await prepareUnit(unit, where, settings, await code);
  } catch (error) {
    throw new Error(`${unit.key}: ${(error as Error).message}`, { cause: error });
  }
  parentPort?.postMessage({ index, ...prepared } satisfies UnitReply);
}

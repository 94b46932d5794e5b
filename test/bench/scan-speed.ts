/** Pictures a second through the scan page, on each backend. */
import { availableParallelism } from "node:os";
import { ScanFailure, scanInBrowser } from "../../cli/scan-browser";
import { type BackendName, backendNames } from "../../model/backend/backend";

/** Long enough for a steady rate, short enough for a backend that needs seconds a picture. */
const measuredMs = 30_000;
/** The first pictures of each worker compile shaders and fill caches. */
const warmUpPerWorker = 2;

export interface ScanSpeed {
  backend: BackendName;
  workers: number;
  /** Null where the backend does not work here; `failure` says why. */
  picturesPerSecond: number | null;
  pictures: number;
  failure?: string;
}

/** @param pictures paths of pictures with faces, gone through over and over. */
export async function measureScanSpeed(
  extensionDir: string,
  pictures: string[],
): Promise<ScanSpeed[]> {
  const speeds: ScanSpeed[] = [];
  for (const backend of backendNames) {
    speeds.push(await measureBackend(extensionDir, pictures, backend));
  }
  return speeds;
}

async function measureBackend(
  extensionDir: string,
  pictures: string[],
  backend: BackendName,
): Promise<ScanSpeed> {
  const workers = availableParallelism();
  const finished: number[] = [];
  /** Pictures that were answered without being looked at must not count as speed. */
  const problems: string[] = [];
  const stop = new AbortController();
  try {
    await scanInBrowser({
      extensionDir,
      paths: Array.from({ length: 4000 }, (_, i) => pictures[i % pictures.length] ?? ""),
      jobs: workers,
      backend,
      signal: stop.signal,
      onReady: () => {
        setTimeout(() => stop.abort(), measuredMs);
      },
      onScanned: (_, { error }) => {
        if (error === undefined) finished.push(performance.now());
        else problems.push(error);
      },
      onLost: (_, error) => problems.push(error),
      onNote: () => undefined,
    });
  } catch (error) {
    if (!(error instanceof ScanFailure)) throw error;
    return { backend, workers, picturesPerSecond: null, pictures: 0, failure: error.message };
  }
  const steady = finished.slice(workers * warmUpPerWorker);
  const [first, last] = [steady[0], steady.at(-1)];
  if (first === undefined || last === undefined || last === first) {
    const failure = problems[0] ?? `hardly a picture in ${measuredMs / 1000} s`;
    return { backend, workers, picturesPerSecond: null, pictures: finished.length, failure };
  }
  const picturesPerSecond = ((steady.length - 1) * 1000) / (last - first);
  return { backend, workers, picturesPerSecond, pictures: finished.length };
}

/**
 * Chooses what the student runs on. Every candidate must first prove itself with a read-back, load
 * the student (whose self-test compares its logit with the stored one) and then score one face
 * against the clock; the fastest stays.
 */
import "@tensorflow/tfjs-backend-cpu";
import "@tensorflow/tfjs-backend-webgl";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import { add, backend, env, removeBackend, setBackend, tensor1d } from "@tensorflow/tfjs-core";
import { StudentPackageError } from "../package/error";
import { loadStudent, type PackageFiles, type Student } from "../package/student";
import { type BackendName, backendNames, type ProbeResult } from "./backend";
import { withDeadline } from "./deadline";
import { softwareRenderer, webglContextOf } from "./webgl";

export interface ChosenBackend {
  backend: BackendName;
  student: Student;
  probes: ProbeResult[];
}

export interface BackendOptions {
  /** Folder URL of the `tfjs-backend-wasm*.wasm` files, ending in a slash. */
  wasmFolder: string;
  /** Uses this one without comparing; tests and the command line. */
  forced?: BackendName;
  /** Tried first, and taken if it works: the winner of an earlier probe on this machine. */
  preferred?: BackendName;
  /** Not tried: those that hung or lost their context before. */
  excluded?: readonly BackendName[];
  /** Called before each try, which may block its thread for seconds. */
  onTry?: (name: BackendName) => void;
}

/** No backend works here; the message says why for each. */
export class BackendError extends Error {
  override name = "BackendError";
}

/** A backend that takes longer to compile and run one face is of no use. */
const startDeadlineMs = 15_000;
const timedDeadlineMs = 5_000;
/** Predictions timed; the median of three passes over one hiccup. */
const timedRuns = 3;

/**
 * @throws StudentPackageError if the package is at fault: no other backend would help.
 * @throws BackendError if no backend works.
 */
export async function chooseBackend(
  files: PackageFiles,
  options: BackendOptions,
): Promise<ChosenBackend> {
  prepareWasm(options.wasmFolder);
  const probes: ProbeResult[] = [];
  let best: { backend: BackendName; student: Student; timedMs: number } | null = null;
  let refusal: StudentPackageError | null = null;
  for (const name of candidates(options)) {
    // CPU is the last resort: forty times slower than WASM wherever both work.
    if (best && (name === "cpu" || best.backend === options.preferred)) break;
    if (options.excluded?.includes(name)) {
      probes.push({ backend: name, warmMs: null, timedMs: null, failure: "it failed here before" });
      continue;
    }
    options.onTry?.(name);
    try {
      const probe = await tryBackend(name, files, options.forced === name);
      probes.push({ backend: name, warmMs: probe.warmMs, timedMs: probe.timedMs });
      if (!best || probe.timedMs < best.timedMs) {
        best?.student.dispose();
        best = { backend: name, student: probe.student, timedMs: probe.timedMs };
      } else probe.student.dispose();
    } catch (error) {
      if (error instanceof StudentPackageError) refusal = error;
      probes.push({ backend: name, warmMs: null, timedMs: null, failure: messageOf(error) });
    }
  }
  if (!best) throw refusal ?? new BackendError(describeFailures(probes));
  await setBackend(best.backend);
  for (const { backend: name } of probes) if (name !== best.backend) dropBackend(name);
  return { backend: best.backend, student: best.student, probes };
}

function candidates({ forced, preferred }: BackendOptions): readonly BackendName[] {
  if (forced) return [forced];
  if (!preferred) return backendNames;
  return [preferred, ...backendNames.filter((name) => name !== preferred)];
}

/** Must come before the first `setBackend`, or every later call of the WASM backend hangs. */
function prepareWasm(folder: string) {
  const flags = env();
  // Bundlers drop the file that registers these flags: the package does not list it as having
  // side effects. Threads need a blob worker, which extension pages may not start.
  for (const [flag, value] of [
    ["WASM_HAS_SIMD_SUPPORT", true],
    ["WASM_HAS_MULTITHREAD_SUPPORT", false],
  ] as const) {
    if (!(flag in flags.getFlags())) flags.registerFlag(flag, () => value);
    flags.set(flag, value);
  }
  setWasmPaths(folder);
}

async function tryBackend(name: BackendName, files: PackageFiles, forced: boolean) {
  const start = performance.now();
  const student = await withDeadline(startDeadlineMs, `${name} did not start in time`, async () => {
    if (!(await setBackend(name))) throw new Error(`there is no ${name} here`);
    if (name === "webgl" && !forced) {
      const software = softwareRenderer();
      // It would win no probe, and its shaders take seconds to compile.
      if (software) throw new Error(`WebGL is done in software here (${software})`);
    }
    await proveReadBack();
    return loadStudent(files);
  });
  const warmMs = performance.now() - start;
  try {
    const side = student.card.inputSize;
    const face = new Uint8Array(side * side * 3).fill(127);
    const times: number[] = [];
    for (let run = 0; run < timedRuns; run++) {
      const from = performance.now();
      await withDeadline(timedDeadlineMs, `${name} is too slow`, () => student.predict(face));
      times.push(performance.now() - from);
    }
    times.sort((a, b) => a - b);
    return { student, warmMs, timedMs: times[timedRuns >> 1] as number };
  } catch (error) {
    student.dispose();
    throw error;
  }
}

/** A backend that computes but cannot be read from (or reads zeros) is no backend. */
async function proveReadBack() {
  const inputs = [tensor1d([1, 2, 3]), tensor1d([10, 20, 30])] as const;
  const sum = add(...inputs);
  try {
    const values = Array.from(await sum.data());
    if (values.join() !== "11,22,33") throw new Error(`a test sum came back as ${values}`);
  } finally {
    for (const tensor of [...inputs, sum]) tensor.dispose();
  }
}

/** The GPU dropped the context: what was computed since means nothing. */
export class ContextLostError extends Error {
  override name = "ContextLostError";
}

/**
 * Runs work on the backend in use; ends at once when the GPU drops its context, since reading from
 * a lost one never ends by itself.
 *
 * @throws ContextLostError; whatever the work throws.
 */
export async function withContext<T>(name: BackendName, work: () => Promise<T>): Promise<T> {
  const gl = name === "webgl" ? webglContextOf(backend()) : null;
  if (!gl) return work();
  if (gl.isContextLost()) throw new ContextLostError();
  const over = new AbortController();
  const lost = new Promise<never>((_, reject) => {
    gl.canvas.addEventListener("webglcontextlost", () => reject(new ContextLostError()), over);
  });
  try {
    const result = await Promise.race([work(), lost]);
    if (gl.isContextLost()) throw new ContextLostError();
    return result;
  } finally {
    over.abort();
  }
}

/** Forgets a backend, which frees its memory; one that failed too, or that is already gone. */
export function dropBackend(name: BackendName) {
  try {
    removeBackend(name);
  } catch {
    // Its clean-up needs the context that is gone, or there is nothing to clean up.
  }
}

function describeFailures(probes: readonly ProbeResult[]): string {
  return `No way to run the detector here: ${probes
    .map(({ backend: name, failure }) => `${name}: ${failure}`)
    .join("; ")}`;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/**
 * MediaPipe's code: loaded once, started once for each of its tasks. Works in a page, in a module
 * worker and without WebGL; on Node the host compiles the code itself (trainer/prepare).
 */
import { createPixelCanvas } from "./pixel-canvas";

export interface MediaPipeFiles {
  /** URL of `vision_wasm_module_internal.js`, an ES module. */
  loader: string;
  /** URL of `vision_wasm_module_internal.wasm`. */
  wasm: string;
}

/** MediaPipe's code, compiled once (it is 11 MB) for all networks. */
export interface MediaPipe {
  factory: unknown;
  wasm: WebAssembly.Module;
}

/** @throws Error if the files cannot be fetched or compiled. */
export async function loadMediaPipe({ loader, wasm }: MediaPipeFiles): Promise<MediaPipe> {
  const [{ default: factory }, module] = await Promise.all([
    import(/* @vite-ignore */ loader),
    WebAssembly.compileStreaming(fetch(wasm)),
  ]);
  return { factory, wasm: module };
}

/** Globals through which tasks-vision and its WebAssembly loader talk. */
interface Globals {
  ModuleFactory?: unknown;
  Module?: unknown;
  custom_dbg?: unknown;
}

/** The part of a task that all have: what `createFromOptions` is called with. */
interface TaskClass<Task> {
  createFromOptions(
    files: { wasmLoaderPath: string; wasmBinaryPath: string },
    options: {
      canvas: OffscreenCanvas;
      baseOptions: { modelAssetBuffer: Uint8Array; delegate: "CPU" };
      runningMode: "IMAGE";
    },
  ): Promise<Task>;
}

/**
 * Starts a task on the CPU, for single pictures. One after the other: the library passes its module
 * through a global.
 *
 * @param model bytes of a `.tflite` or `.task`.
 * @param options of this task, beside those that all have.
 * @throws Error if the network cannot be started.
 */
export async function startTask<Task>(
  { factory, wasm }: MediaPipe,
  task: TaskClass<Task>,
  model: Uint8Array,
  options: object,
): Promise<Task> {
  const globals = globalThis as Globals;
  // tasks-vision imports its loader for the global it leaves and clears that afterwards; an ES
  // module runs only once, so the second task would find none. With the global set, an empty
  // `wasmLoaderPath` skips the import.
  globals.ModuleFactory = factory;
  globals.Module = {
    instantiateWasm(
      imports: WebAssembly.Imports,
      receive: (instance: WebAssembly.Instance, module: WebAssembly.Module) => void,
    ) {
      void WebAssembly.instantiate(wasm, imports).then((instance) => receive(instance, wasm));
    },
    print() {},
    printErr() {},
  };
  // The library's log would fill the extension's page of errors.
  globals.custom_dbg = () => {};
  return task.createFromOptions(
    { wasmLoaderPath: "", wasmBinaryPath: "" },
    {
      ...options,
      canvas: createPixelCanvas(),
      baseOptions: { modelAssetBuffer: model, delegate: "CPU" },
      runningMode: "IMAGE",
    },
  );
}

/**
 * One MediaPipe face detection network behind a plain function. Works in a page, in a module worker
 * and without WebGL.
 */
import { FaceDetector } from "@mediapipe/tasks-vision";
import type { Box } from "../verdict/verdict";
import { createPixelCanvas, type RgbaView } from "./pixel-canvas";

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

/** A face as a network sees it; `box` in pixels of the view it was found in. */
export interface RawFace {
  box: Box;
  /** 0 to 1. */
  confidence: number;
}

export interface BlazeFace {
  detect(view: RgbaView): RawFace[];
  close(): void;
}

/** What `detect` returns at least; MediaPipe's own default is 0.5. */
const minConfidence = 0.35;

/** Globals through which tasks-vision and its WebAssembly loader talk. */
interface Globals {
  ModuleFactory?: unknown;
  Module?: unknown;
  custom_dbg?: unknown;
}

/**
 * @param model bytes of a `face_detection_*.tflite`; tasks-vision tells short and full range apart
 *   by their number of anchors.
 * @throws Error if the network cannot be started.
 */
export async function createBlazeFace(
  { factory, wasm }: MediaPipe,
  model: Uint8Array,
): Promise<BlazeFace> {
  const globals = globalThis as Globals;
  // tasks-vision imports its loader for the global it leaves and clears that afterwards; an ES
  // module runs only once, so the second detector would find none. With the global set, an empty
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
  const detector = await FaceDetector.createFromOptions(
    { wasmLoaderPath: "", wasmBinaryPath: "" },
    {
      canvas: createPixelCanvas(),
      baseOptions: { modelAssetBuffer: model, delegate: "CPU" },
      runningMode: "IMAGE",
      minDetectionConfidence: minConfidence,
    },
  );
  return {
    detect(view) {
      // The pixel canvas takes any object with `data`; MediaPipe itself reads only width and height.
      const { detections } = detector.detect(view as unknown as ImageData);
      return detections.flatMap(({ boundingBox, categories }) =>
        boundingBox
          ? [
              {
                box: [
                  boundingBox.originX,
                  boundingBox.originY,
                  boundingBox.width,
                  boundingBox.height,
                ] satisfies Box,
                confidence: categories[0]?.score ?? 0,
              },
            ]
          : [],
      );
    },
    close: () => detector.close(),
  };
}

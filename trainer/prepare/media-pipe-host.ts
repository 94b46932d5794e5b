// Runs the extension's own face code (model/faces) on Node, so that training crops and the
// extension's are cut around the same boxes.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { FaceFinder } from "../../model/faces/face-finder";
import { createFaceMesh, type FaceMesh } from "../../model/faces/face-mesh";
import type { MediaPipe } from "../../model/faces/media-pipe";
import { repositoryFolder } from "../cache";

export interface FaceCode {
  finder: FaceFinder;
  mesh: FaceMesh;
}

let compiled: Promise<MediaPipe["wasm"]> | null = null;

/**
 * MediaPipe's code, compiled once a process (seconds); threads are handed it.
 *
 * @throws Error if it is not installed.
 */
export function compileMediaPipe(): Promise<MediaPipe["wasm"]> {
  compiled ??= readFile(wasmFile("wasm")).then((bytes) => WebAssembly.compile(bytes));
  return compiled;
}

/** One a thread: a WebAssembly instance does one thing at a time. @throws Error if it cannot start. */
export async function startFaceCode(wasm: MediaPipe["wasm"]): Promise<FaceCode> {
  standInForBrowser();
  const { default: factory } = await import(pathToFileURL(wasmFile("js")).href);
  const mediaPipe: MediaPipe = { factory, wasm };
  const [fullRange, shortRange, mesh] = await Promise.all([
    readFile(repositoryFolder("assets", "mediapipe", "face_detection_full_range_sparse.tflite")),
    readFile(repositoryFolder("assets", "mediapipe", "face_detection_short_range.tflite")),
    readFile(repositoryFolder("trainer", "prepare", "networks", "face_landmark.tflite")),
  ]);
  return {
    finder: await FaceFinder.start(mediaPipe, { fullRange, shortRange }),
    mesh: await createFaceMesh(mediaPipe, { shortRange, mesh }),
  };
}

/**
 * What tasks-vision 0.10.35 asks a browser for before it looks at a picture: the global scope's own
 * name, and classes to tell WebGL contexts apart by. Pictures go through the pixel canvas.
 */
function standInForBrowser(): void {
  const scope = globalThis as Record<string, unknown>;
  scope.self ??= globalThis;
  scope.WebGLRenderingContext ??= class {};
  scope.WebGL2RenderingContext ??= class {};
}

function wasmFile(extension: "js" | "wasm"): string {
  const bundle = createRequire(import.meta.url).resolve("@mediapipe/tasks-vision");
  return join(bundle, "..", "wasm", `vision_wasm_module_internal.${extension}`);
}

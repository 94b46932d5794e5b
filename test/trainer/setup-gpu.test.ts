import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { explaining } from "../../trainer/backend";
import { explainDeviceFailure } from "../../trainer/device-failure";
import { restoreRemovedUtil } from "../../trainer/removed-util";
import { findGpus, isGpuExpected, requireDriver } from "../../trainer/setup/gpu";
import { cudaRequirements } from "../../trainer/setup/tensorflow";

let folder: string;
const nowhere = { proc: "/nonexistent", device: "/nonexistent" };

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "unmask-gpu-"));
  // The tests see no tool but their own.
  vi.stubEnv("PATH", folder);
  vi.stubEnv("CUDA_VISIBLE_DEVICES", undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

async function fakeTool(script: string): Promise<void> {
  const path = join(folder, "nvidia-smi");
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
}

describe("findGpus", () => {
  it("asks nvidia-smi", async () => {
    await fakeTool('echo "NVIDIA H200, 550.127.05"; echo "NVIDIA L4, 550.127.05"');
    expect(await findGpus(nowhere)).toEqual({
      names: ["NVIDIA H200", "NVIDIA L4"],
      driver: "550.127.05",
    });
  });

  it("finds none where the tool has no driver to ask", async () => {
    await fakeTool('echo "NVIDIA-SMI has failed because it couldn\'t communicate"; exit 9');
    expect(await findGpus(nowhere)).toBeNull();
    await fakeTool('echo "No devices were found"');
    expect(await findGpus(nowhere)).toBeNull();
  });

  it("asks the kernel's driver where there is no tool", async () => {
    const slot = join(folder, "gpus", "0000:01:00.0");
    await mkdir(slot, { recursive: true });
    await writeFile(join(slot, "information"), "Model: \t\t NVIDIA A100\nIRQ: 51\n");
    const version =
      "NVRM version: NVIDIA UNIX x86_64 Kernel Module  535.129.03  Thu Oct 19 18:56:32 UTC 2023\nGCC version: gcc 12\n";
    await writeFile(join(folder, "version"), version);
    expect(await findGpus({ ...nowhere, proc: folder })).toEqual({
      names: ["NVIDIA A100"],
      driver: "535.129.03",
    });
  });

  it("takes a device file alone for a GPU of unknown driver", async () => {
    await writeFile(join(folder, "nvidia0"), "");
    const found = await findGpus({ ...nowhere, device: join(folder, "nvidia0") });
    expect(found).toEqual({ names: ["NVIDIA GPU"], driver: null });
  });

  it.each(["", "-1"])("sees none when CUDA_VISIBLE_DEVICES is '%s'", async (visible) => {
    await fakeTool('echo "NVIDIA H200, 550.127.05"');
    vi.stubEnv("CUDA_VISIBLE_DEVICES", visible);
    expect(await findGpus(nowhere)).toBeNull();
  });
});

describe("isGpuExpected", () => {
  it("goes by the device file, unless the GPUs are hidden", async () => {
    const paths = { ...nowhere, device: join(folder, "nvidia0") };
    expect(isGpuExpected(paths)).toBe(false);
    await writeFile(paths.device, "");
    expect(isGpuExpected(paths)).toBe(true);
    vi.stubEnv("CUDA_VISIBLE_DEVICES", "-1");
    expect(isGpuExpected(paths)).toBe(false);
  });
});

describe("requireDriver", () => {
  const gpus = (driver: string | null) => ({ names: ["NVIDIA V100"], driver });

  it("refuses drivers before CUDA 12 and says how to do without", () => {
    expect(() => requireDriver(gpus("470.256.02"))).toThrow(
      /470\.256\.02 .* 525\.60\.13 .*CUDA_VISIBLE_DEVICES=-1/,
    );
    expect(() => requireDriver(gpus("525.60.11"))).toThrow();
  });

  it.each(["525.60.13", "525.85", "570.86.15", null])("takes %s", (driver) => {
    expect(() => requireDriver(gpus(driver))).not.toThrow();
  });
});

describe("cudaRequirements", () => {
  it("reads them from the wheel's own metadata, whatever way it is written", () => {
    // As in tensorflow-2.15.1's METADATA, and as newer wheels write it.
    const metadata = [
      "Requires-Dist: numpy (<2.0.0,>=1.23.5)",
      "Requires-Dist: nvidia-cublas-cu12 (==12.2.5.6) ; extra == 'and-cuda'",
      "Requires-Dist: nvidia-cudnn-cu12 (==8.9.4.25) ; extra == 'and-cuda'",
      'Requires-Dist: nvidia-nvjitlink-cu12==12.2.140; extra == "and-cuda"',
    ].join("\n");
    expect(cudaRequirements(metadata)).toEqual([
      "nvidia-cublas-cu12==12.2.5.6",
      "nvidia-cudnn-cu12==8.9.4.25",
      "nvidia-nvjitlink-cu12==12.2.140",
    ]);
  });
});

describe("a GPU that fails in the middle of a run", () => {
  const failing = (message: string) => ({
    executeOp: () => {
      throw new Error(message);
    },
    tensorDataSync: () => new Float32Array([1]),
  });

  it.each([
    ["Invoking TF call: CUDA_ERROR_ILLEGAL_ADDRESS", /the GPU failed/],
    ["OOM when allocating tensor with shape[64,96,80,80]", /memory is full.*\n.*smaller batch/],
  ])("%s: says how to go on", (message, expected) => {
    const binding = explaining(failing(message));
    expect(() => binding.executeOp("Conv2D")).toThrow(expected);
    expect(() => binding.executeOp("Conv2D")).toThrow(/resumes.*CUDA_VISIBLE_DEVICES=-1/s);
    expect(binding.tensorDataSync(1)).toEqual(new Float32Array([1]));
  });

  it("leaves other errors alone", () => {
    const error = new Error("Incompatible shapes: [2] vs. [3]");
    expect(explainDeviceFailure(error)).toBe(error);
  });
});

describe("restoreRemovedUtil", () => {
  it("gives tfjs-node every function of util that it calls and Node 23 has not", async () => {
    const require = createRequire(import.meta.url);
    const dist = dirname(require.resolve("@tensorflow/tfjs-node-gpu/dist/index.js"));
    const files = (await readdir(dist, { recursive: true })).filter((name) => name.endsWith(".js"));
    const called = new Set<string>();
    for (const file of files) {
      const source = await readFile(join(dist, file), "utf8");
      const name = /\b(\w+) = require\("util"\)/.exec(source)?.[1];
      if (!name) continue;
      for (const [, use] of source.matchAll(new RegExp(`\\b${name}\\.(is[A-Z]\\w*)`, "g")))
        called.add(use as string);
    }
    expect(called.size).toBeGreaterThan(0);
    const stripped: Record<string, (value: unknown) => boolean> = {};
    restoreRemovedUtil(stripped);
    for (const name of called) expect(stripped[name], name).toBeTypeOf("function");
    expect(stripped.isNullOrUndefined?.(null)).toBe(true);
    expect(stripped.isNullOrUndefined?.(0)).toBe(false);
    expect(stripped.isArray?.([])).toBe(true);
  });
});

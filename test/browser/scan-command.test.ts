/** `npm run scan` as it is run, over the fixtures and over everything that is wrong with files. */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import type { ScanResult } from "../../cli/scan-result";
import { hugePng } from "../fixtures/huge-png";
import { mediaDir } from "./harness";
import { type CommandResult, runCommand } from "./run-command";

const fixture = (name: string) => join(mediaDir, name);

describe("over the fixtures and bad input", () => {
  let command: CommandResult;
  let results: Map<string, ScanResult>;
  let order: string[];
  const of = (name: string): ScanResult => {
    const found = results.get(name);
    if (!found) throw new Error(`no result for ${name}`);
    return found;
  };

  beforeAll(async () => {
    const extra = await mkdtemp(join(inject("scratchDir"), "scan-"));
    await writeFile(join(extra, "huge.png"), hugePng(30_000, 30_000));
    await writeFile(join(extra, "cut.webm"), await headOf(fixture("portrait.webm"), 4000));
    await writeFile(join(extra, "not-a-video.mp4"), "words");
    await writeFile(join(extra, "notes.txt"), "left out of folders");
    command = await runCommand("cli/scan.ts", [
      "--json",
      "--backend=wasm",
      mediaDir,
      extra,
      join(extra, "missing.jpg"),
      join(extra, "notes.txt"),
    ]);
    const parsed: ScanResult[] = JSON.parse(command.stdout);
    order = parsed.map(({ file }) => file);
    results = new Map(parsed.map((result) => [result.file.split("/").at(-1) ?? "", result]));
  }, 400_000);

  test("ends well, in a stable order, with one answer for each file", () => {
    expect(command.status).toBe(0);
    expect(new Set(order).size).toBe(order.length);
    const inMedia = order.filter((file) => file.startsWith(mediaDir));
    expect(inMedia).toEqual(inMedia.toSorted());
    expect(order.some((file) => file.endsWith("SOURCES.md"))).toBe(false);
    expect(command.stderr).toContain("2 other files left out");
  });

  test("every answer has the promised fields", () => {
    for (const result of results.values()) {
      expect(result).toMatchObject({ file: expect.any(String), faces: expect.any(Array) });
      for (const key of ["kind", "level", "reason", "score", "logit", "model"]) {
        expect(result).toHaveProperty(key);
      }
      // A level with its score, or a reason with neither.
      expect(result.level === null).toBe(result.reason !== null);
      expect(result.level === null).toBe(result.logit === null);
      if (result.score !== null) {
        expect(result.score).toBeGreaterThanOrEqual(0);
        expect(result.score).toBeLessThanOrEqual(1);
      }
      const unread = result.reason === "unreadable" || result.reason === "not-scanned";
      expect([result.file, result.error !== undefined]).toEqual([result.file, unread]);
    }
  });

  test("finds the face, in source pixels, in every format", () => {
    for (const name of ["astronaut.jpg", "astronaut.webp", "astronaut.avif"]) {
      const { kind, level, faces } = of(name);
      expect([name, kind, faces.length]).toEqual([name, "image", 1]);
      expect(level).not.toBeNull();
      // As MediaPipe finds it in the original.
      const [x, y, width, height] = faces[0]?.box ?? [0, 0, 0, 0];
      expect(Math.abs(x + width / 2 - 225)).toBeLessThan(15);
      expect(Math.abs(y + height / 2 - 119)).toBeLessThan(20);
    }
    expect(of("animated.gif").faces).toHaveLength(1);
  });

  test("turns a picture as its EXIF says", () => {
    const upright = of("portrait.jpg").faces[0]?.box;
    const turned = of("rotated-by-exif.jpg").faces[0]?.box;
    expect(upright).toBeDefined();
    upright?.forEach((value, i) => {
      expect(Math.abs(value - (turned?.[i] ?? Number.NaN))).toBeLessThan(8);
    });
  });

  test("finds twenty faces, and none where there are none", () => {
    expect(of("crowd.jpg").faces.length).toBeGreaterThanOrEqual(18);
    for (const name of ["coffee.jpg", "cat.jpg"]) {
      expect(of(name)).toMatchObject({ level: null, reason: "no-face", faces: [] });
    }
  });

  test.each(["portrait.mp4", "portrait.webm", "swap.mp4", "swap.webm"])("samples %s", (name) => {
    const { kind, level, faces, frames = [] } = of(name);
    expect(kind).toBe("video");
    expect(level).not.toBeNull();
    expect(faces).toHaveLength(1);
    expect(frames.length).toBeGreaterThanOrEqual(8);
    expect(frames.every(({ time }, i) => time > (frames[i - 1]?.time ?? -1) && time < 5)).toBe(
      true,
    );
    expect(frames.every((frame) => frame.faces.length === 1)).toBe(true);
  });

  test.each([
    "broken.png",
    "empty.jpg",
    "page.jpg",
    "cut.webm",
    "not-a-video.mp4",
    "missing.jpg",
    "notes.txt",
  ])("says that %s could not be read", (name) => {
    const { level, reason, error } = of(name);
    expect({ level, reason }).toEqual({ level: null, reason: "unreadable" });
    expect(error).toMatch(/\w/);
  });

  test("abstains on a picture of 30,000 × 30,000 and on half a picture without hanging", () => {
    expect(of("huge.png").level).toBeNull();
    expect(of("huge.png").error ?? of("huge.png").reason).toMatch(/\w/);
    expect(of("truncated.jpg")).toHaveProperty("level");
  });
});

test("prints a table for people, and progress apart from it", async () => {
  const args = ["--backend=wasm", "--jobs=1", fixture("cat.jpg"), fixture("empty.jpg")];
  const { status, stdout, stderr } = await runCommand("cli/scan.ts", args);
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  expect(lines[0]).toMatch(/^Result +Score +Looked at +File$/);
  expect(lines).toHaveLength(3);
  expect(stdout).toContain("No face found");
  expect(stdout).toContain("Could not be read");
  expect(stderr).toContain("Scanning 2 files with");
  expect(stderr).toContain("2 files:");
});

test("takes relative paths from where the person was", async () => {
  const { status, stdout } = await runCommand("cli/scan.ts", ["--json", "missing.jpg", "empty"], {
    env: { INIT_CWD: inject("scratchDir") },
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout).map(({ file }: ScanResult) => file)).toEqual(["missing.jpg", "empty"]);
});

test("refuses a wrong command line with status 2", async () => {
  const { status, stdout, stderr } = await runCommand("cli/scan.ts", ["--backend=gpu", "a.jpg"]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain('Unknown backend "gpu"');
  expect(stderr).toContain("Usage:");
});

test("stops at once when interrupted, with what it has", async () => {
  const many = await mkdtemp(join(inject("scratchDir"), "many-"));
  const picture = await headOf(fixture("astronaut.jpg"), Number.POSITIVE_INFINITY);
  for (let i = 0; i < 200; i++) await writeFile(join(many, `${i}.jpg`), picture);
  let told = false;
  const { status, stdout, stderr } = await runCommand("cli/scan.ts", ["--json", many], {
    onStderr: (text, pid) => {
      if (told || !text.includes("Scanning 200 files")) return;
      told = true;
      process.kill(pid, "SIGINT");
    },
  });
  expect(status).toBe(130);
  expect(JSON.parse(stdout).length).toBeLessThan(200);
  expect(stderr).toContain("Stopped:");
});

async function headOf(path: string, bytes: number): Promise<Buffer> {
  return (await readFile(path)).subarray(0, bytes);
}

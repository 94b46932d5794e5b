import { execFile } from "node:child_process";
import { pbkdf2 } from "node:crypto";
import { existsSync } from "node:fs";
import { readdir, readFile, stat, symlink, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { beforeEach, expect, test } from "vitest";
import { encodeNpy, parseNpy } from "../../trainer/datasets/layouts/npy";
import { readIndex, totalsOf } from "../../trainer/shards/index-file";
import { readShards, type Truncation } from "../../trainer/shards/reader";
import type { ShardSample } from "../../trainer/shards/sample";
import { TarFile } from "../../trainer/shards/tar-file";
import { type ShardOptions, ShardWriter } from "../../trainer/shards/writer";
import { emptyFolder } from "./datasets-tree";

const points = encodeNpy([2, 2], new Float32Array([1, 2, 3, 4]));

const sample = (i: number, jpegBytes = 700): ShardSample => ({
  key: `ffpp/${String(i).padStart(6, "0")}`,
  jpeg: Buffer.alloc(jpegBytes, i % 256),
  meta: {
    source: i % 3 === 0 ? "ffpp" : "dfdc",
    label: i % 2 === 0 ? "real" : "fake",
    split: "train",
    generator: "camera",
    group: `ffpp:${i}`,
    box: [1, 2, 3, 4],
    video: "071.mp4",
    frame: i,
  },
  ...(i % 2 === 0 ? { landmarks: points } : {}),
});
const samples = (count: number): ShardSample[] =>
  Array.from({ length: count }, (_, i) => sample(i));

let folder: string;
beforeEach(async () => {
  folder = await emptyFolder();
});

const faces = { prefix: "faces", plan: "of the test", maxBytes: 1e9 };

async function write(
  all: readonly ShardSample[],
  options: Partial<ShardOptions> = {},
): Promise<string[]> {
  const writer = await ShardWriter.open({
    ...faces,
    folder,
    maxRecords: 1e6,
    ...options,
  });
  for (const one of all) await writer.writeUnit([one]);
  const { shards } = await writer.close();
  return shards.map(({ file }) => join(options.folder ?? folder, file));
}

async function read(files: string[]): Promise<{ samples: ShardSample[]; cut: Truncation[] }> {
  const result: { samples: ShardSample[]; cut: Truncation[] } = { samples: [], cut: [] };
  for await (const one of readShards(files, (truncation) => result.cut.push(truncation))) {
    result.samples.push(one);
  }
  return result;
}

/** Contents as plain bytes: what is read are Buffers. */
const plain = ({ key, meta, ...one }: ShardSample) => ({
  key,
  meta,
  jpeg: [...one.jpeg],
  ...(one.landmarks ? { landmarks: [...one.landmarks] } : {}),
});

test("what is written is read, in order, over several shards", async () => {
  const files = await write(samples(25), { maxRecords: 10 });
  expect(files.map((file) => file.slice(folder.length + 1))).toEqual([
    "faces-000000.tar",
    "faces-000001.tar",
    "faces-000002.tar",
  ]);
  const result = await read(files);
  expect(result.samples.map(plain)).toEqual(samples(25).map(plain));
  expect(result.cut).toEqual([]);
  const landmarks = result.samples[0]?.landmarks ?? new Uint8Array();
  expect([...parseNpy(landmarks, "points").data]).toEqual([1, 2, 3, 4]);
});

test("the index counts what is there", async () => {
  const files = await write(samples(25), { maxRecords: 10 });
  const index = await readIndex(folder, "faces");
  expect(index.complete).toBe(true);
  expect(totalsOf(index)).toEqual({
    records: 25,
    labels: { real: 13, fake: 12 },
    sources: { ffpp: 9, dfdc: 16 },
  });
  expect(index.shards.map(({ records }) => records)).toEqual([10, 10, 5]);
  for (const [i, file] of files.entries()) {
    expect((await stat(file)).size).toBe(index.shards[i]?.bytes);
  }
});

test("the same samples give the same bytes, whatever the order of their keys", async () => {
  const [first] = await write(samples(6));
  const other = await emptyFolder();
  const turned = samples(6).map((one) => ({
    ...one,
    meta: Object.fromEntries(Object.entries(one.meta).reverse()) as ShardSample["meta"],
  }));
  const [second] = await write(turned, { folder: other });
  expect(await readFile(first ?? "")).toEqual(await readFile(second ?? ""));
  expect((await readIndex(folder, "faces")).shards).toEqual(
    (await readIndex(other, "faces")).shards,
  );
});

test("a shard ends before it would be too large; one sample may be", async () => {
  const all = [sample(1, 3000), sample(2, 3000), sample(3, 90_000), sample(4, 3000)];
  const files = await write(all, { maxBytes: 12_000 });
  const sizes = await Promise.all(files.map(async (file) => (await stat(file)).size));
  expect(sizes.filter((size) => size > 12_000)).toHaveLength(1);
  expect((await read(files)).samples).toHaveLength(4);
});

test("other tools read them: plain ustar, in the order of WebDataset", async () => {
  const [file = ""] = await write(samples(2));
  const { stdout } = await promisify(execFile)("tar", ["tvf", file, "--utc", "--numeric-owner"]);
  const lines = stdout.trim().split("\n");
  expect(lines.map((line) => line.split(" ").at(-1))).toEqual([
    "ffpp/000000.jpg",
    "ffpp/000000.json",
    "ffpp/000000.npy",
    "ffpp/000001.jpg",
    "ffpp/000001.json",
  ]);
  expect(lines[0]).toMatch(/^-rw-r--r-- 0\/0 +700 1970-01-01 00:00/);
});

test.each(["", "a.b", "../up", "/root", "a//b", "ünïcode", "x".repeat(91)])(
  "refuses %j for a key",
  async (key) => {
    await expect(write([{ ...sample(0), key }])).rejects.toThrow(/cannot be the key/);
  },
);

test("refuses a key twice", async () => {
  await expect(write([sample(0), sample(0)])).rejects.toThrow(/was written before/);
});

test("what stops a run leaves finished shards, a true index and no half shard", async () => {
  const writer = await ShardWriter.open({ ...faces, folder, maxRecords: 2 });
  for (const one of samples(5)) await writer.writeUnit([one]);
  await writer.abandon();
  expect((await readdir(folder)).sort()).toEqual([
    "faces-000000.tar",
    "faces-000001.tar",
    "faces.index.json",
  ]);
  const index = await readIndex(folder, "faces");
  expect(index.complete).toBe(false);
  expect(totalsOf(index).records).toBe(4);
});

test("an archive given up while its file is still being opened leaves none behind", async () => {
  const busy = promisify(pbkdf2);
  for (let i = 1; i <= 60; i++) {
    // File work waits behind these, each time for a little longer.
    const others = [1, 2, 3, 4].map((n) => busy("", "", 100 * i * n, 32, "sha256"));
    const archive = new TarFile(join(folder, `${i}.tar`));
    for (let k = 0; k < i % 3; k++) await archive.add(`${k}.jpg`, new Uint8Array(9000 * i));
    await archive.discard();
    await Promise.all(others);
  }
  expect(await readdir(folder)).toEqual([]);
});

test("goes on after the units of its finished shards", async () => {
  const options = { ...faces, folder, maxRecords: 4 };
  const units = [samples(3), [sample(3)], [], [sample(4), sample(5)], [sample(6)]];
  const first = await ShardWriter.open(options);
  for (const unit of units.slice(0, 4)) await first.writeUnit(unit);
  await first.abandon();
  const second = await ShardWriter.open(options);
  expect(second.unitsDone).toBe(3);
  for (const unit of units.slice(second.unitsDone)) await second.writeUnit(unit);
  const { shards } = await second.close();
  expect(shards.map(({ records }) => records)).toEqual([4, 3]);
  const { samples: all } = await read(shards.map(({ file }) => join(folder, file)));
  expect(all.map(({ key }) => key)).toEqual(samples(7).map(({ key }) => key));
  expect((await ShardWriter.open(options)).isComplete).toBe(true);
});

test("does not mix shards of two plans, nor go on without a finished one", async () => {
  const [file = ""] = await write(samples(2));
  await expect(write([], { plan: "another" })).rejects.toThrow(
    /faces\.index\.json: .*other settings/,
  );
  await truncate(file, 100);
  await expect(write([])).rejects.toThrow(/faces-000000\.tar: .*100 bytes instead of/);
});

test("says which file could not be written, and keeps what was", async () => {
  const writer = await ShardWriter.open({ ...faces, folder, maxRecords: 2 });
  await writer.writeUnit([sample(0)]);
  await writer.writeUnit([sample(1)]);
  // A folder stands where the next shard's temporary file would go.
  await promisify(execFile)("mkdir", [join(folder, "faces-000001.tar.tmp")]);
  const failing = async () => {
    await writer.writeUnit([sample(2)]);
    await writer.close();
  };
  await expect(failing()).rejects.toThrow(/faces-000001\.tar: EISDIR/);
  const index = await readIndex(folder, "faces");
  expect(index.shards.map(({ file }) => file)).toEqual(["faces-000000.tar"]);
});

test.runIf(existsSync("/dev/full"))("says that the disk is full, and keeps what was", async () => {
  const writer = await ShardWriter.open({ ...faces, folder, maxRecords: 2 });
  for (const one of samples(2)) await writer.writeUnit([one]);
  await symlink("/dev/full", join(folder, "faces-000001.tar.tmp"));
  const failing = async () => {
    for (let i = 2; i < 100; i++) await writer.writeUnit([sample(i, 100_000)]);
    await writer.close();
  };
  await expect(failing()).rejects.toThrow(/faces-000001\.tar: ENOSPC/);
  expect((await readdir(folder)).sort()).toEqual(["faces-000000.tar", "faces.index.json"]);
  expect(totalsOf(await readIndex(folder, "faces")).records).toBe(2);
});

test("refuses an index that is none, by name", async () => {
  await expect(readIndex(folder, "faces")).rejects.toThrow(/faces\.index\.json: ENOENT/);
  await writeFile(join(folder, "faces.index.json"), '{"format": "other"}');
  await expect(readIndex(folder, "faces")).rejects.toThrow(/faces\.index\.json: /);
});

test("a cut last shard gives its whole samples, wherever it was cut", async () => {
  const [first = "", last = ""] = await write(samples(4), { maxRecords: 2 });
  const { size } = await stat(last);
  // Sample 2 takes 1536 + 1024 + 1024 bytes with its headers: picture, text and landmarks.
  const second = 1536 + 1024 + 1024;
  for (const [length, whole, offset, key] of [
    [size - 512, 1, second, "ffpp/000003"],
    [size - 1024, 1, second, "ffpp/000003"],
    [second + 600, 1, second, "ffpp/000003"],
    [second + 100, 0, 0, "ffpp/000002"],
    [second, 0, 0, "ffpp/000002"],
    [second - 1, 0, 0, "ffpp/000002"],
    [100, 0, 0, undefined],
    [0, 0, 0, undefined],
  ] as const) {
    await truncate(last, length);
    const { samples: left, cut } = await read([first, last]);
    expect([length, left.length]).toEqual([length, 2 + whole]);
    expect(cut).toEqual([{ file: last, offset, key }]);
  }
});

test("a cut shard before the last is an error with file and offset", async () => {
  const [first = "", last = ""] = await write(samples(4), { maxRecords: 2 });
  await truncate(first, 2000);
  await expect(read([first, last])).rejects.toThrow(`${first}, byte 1536: the archive ends early`);
});

/** Overwrites bytes of a file. */
async function damage(file: string, offset: number, bytes: Uint8Array | string): Promise<void> {
  const content = await readFile(file);
  content.set(Buffer.from(bytes), offset);
  await writeFile(file, content);
}

test.each([
  ["a header", 1536, "garbage", /byte 1536: Invalid tar header/],
  [
    "the text of a sample",
    1536 + 512,
    "]",
    /byte 0: sample "ffpp\/000000": its \.json is not valid/,
  ],
  [
    "a label",
    1536 + 512,
    `{"label":"maybe"}${" ".repeat(130)}`,
    /byte 0: sample "ffpp\/000000": label/,
  ],
])("damage to %s is an error with file and offset", async (_, offset, bytes, message) => {
  const [file = ""] = await write(samples(2));
  await damage(file, offset, bytes);
  await expect(read([file])).rejects.toThrow(message);
  await expect(read([file])).rejects.toThrow(file);
});

test("a header that claims gigabytes is an error before they are read", async () => {
  const [file = ""] = await write(samples(1));
  const header = (await readFile(file)).subarray(0, 512);
  header.write("77777777777", 124);
  header.fill(" ", 148, 156);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  await damage(file, 0, header);
  await expect(read([file])).rejects.toThrow(/byte 0: "ffpp\/000000\.jpg" claims 8589934591 bytes/);
});

test("refuses what is no archive, or no shard", async () => {
  const page = join(folder, "page.tar");
  await writeFile(page, "<html>".repeat(1000));
  await expect(read([page])).rejects.toThrow(/page\.tar, byte 0: Invalid tar header/);
  await expect(read([join(folder, "absent.tar")])).rejects.toThrow(/absent\.tar, byte 0: ENOENT/);

  await writeFile(join(folder, "readme"), "hello");
  await promisify(execFile)("tar", ["cf", "other.tar", "readme"], { cwd: folder });
  await expect(read([join(folder, "other.tar")])).rejects.toThrow(
    /"readme" is no part of a sample/,
  );

  await writeFile(join(folder, "a.jpg"), "picture");
  await promisify(execFile)("tar", ["cf", "half.tar", "a.jpg"], { cwd: folder });
  await expect(read([join(folder, "half.tar")])).rejects.toThrow(/sample "a" has no \.json/);
});
